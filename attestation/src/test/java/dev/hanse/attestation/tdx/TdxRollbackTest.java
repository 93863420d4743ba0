package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.claims;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Collateral that is genuine and current, and older than what was seen before. */
class TdxRollbackTest {
  private static final CollateralStore.Id TCB_INFO =
      new CollateralStore.Id("intel-tdx/tcb-info", TdxForge.FMSPC);
  private static final CollateralStore.Id QE_IDENTITY =
      new CollateralStore.Id("intel-tdx/qe-identity", "TD_QE");
  private static final CollateralStore.Id ROOT_LIST =
      new CollateralStore.Id("intel-tdx/root-ca-crl", "Intel SGX Root CA");
  private static final CollateralStore.Id PCK_LIST =
      new CollateralStore.Id("intel-tdx/pck-crl", "Intel SGX PCK Platform CA");
  private static final String EVALUATION = "\"tcbEvaluationDataNumber\":";

  private final TdxForge forge = new TdxForge();
  private final RollbackFloors floors = new RollbackFloors();
  private final AtomicReference<Bytes> kept = new AtomicReference<>(forge.collateral());
  private final TdxVerifier verifier = verifier(id -> Optional.of(kept.get()));

  @Test
  void remembersTheNumberOfEveryPiece() {
    rootList(4);
    pckList(9);
    kept.set(forge.collateral());

    claims(verify());

    assertThat(floors.all())
        .isEqualTo(
            Map.of(
                TCB_INFO,
                BigInteger.valueOf(18),
                QE_IDENTITY,
                BigInteger.valueOf(18),
                ROOT_LIST,
                BigInteger.valueOf(4),
                PCK_LIST,
                BigInteger.valueOf(9),
                new CollateralStore.Id("intel-tdx/root-ca-crl-time", TdxForge.FMSPC),
                BigInteger.valueOf(20260520000000L),
                new CollateralStore.Id("intel-tdx/pck-crl-time", TdxForge.FMSPC),
                BigInteger.valueOf(20260520000000L)));
  }

  @Test
  void refusesTcbInfoOfAnEarlierEvaluation() {
    claims(verify());
    kept.set(new TdxForge().tcb(EVALUATION + "18", EVALUATION + "17").collateral());

    refused("intel-tdx/tcb-info " + TdxForge.FMSPC + " is number 17, number 18 was seen");
  }

  @Test
  void refusesAQeIdentityOfAnEarlierEvaluation() {
    claims(verify());
    kept.set(new TdxForge().qeId(EVALUATION + "18", EVALUATION + "17").collateral());

    refused("intel-tdx/qe-identity TD_QE is number 17, number 18 was seen");
  }

  @Test
  void refusesAnEarlierListOfTheRootOrOneWithoutNumber() {
    claims(verifyWith(rootList(4)));

    kept.set(rootList(3).collateral());
    refused("intel-tdx/root-ca-crl Intel SGX Root CA is number 3, number 4 was seen");
    forge.bundle.remove("root_ca_crl");
    kept.set(forge.collateral());
    refused("intel-tdx/root-ca-crl Intel SGX Root CA has no number, number 4 was seen");
  }

  @Test
  void refusesAnEarlierListOfThePlatformsAuthority() {
    claims(verifyWith(pckList(9)));

    kept.set(pckList(8).collateral());
    refused("intel-tdx/pck-crl Intel SGX PCK Platform CA is number 8, number 9 was seen");
  }

  @Test
  void refusesListsOfAnEarlierTimeThoughTheirNumberIsTheSame() {
    claims(verify());
    Instant before = TdxForge.ISSUED.minusSeconds(1);
    forge.bundle.put(
        "pck_crl",
        ForgedPki.list(ForgedPki.PLATFORM_CA, forge.caKey, forge.revokedByCa, before, TdxForge.NEXT)
            .hex());
    kept.set(forge.collateral());

    refused("is number 20260519235959, number 20260520000000 was seen before");
    forge.bundle.remove("pck_crl");
    forge.bundle.put(
        "root_ca_crl",
        ForgedPki.list(ForgedPki.ROOT, forge.rootKey, forge.revokedByRoot, before, TdxForge.NEXT)
            .hex());
    kept.set(forge.collateral());
    refused("intel-tdx/root-ca-crl-time " + TdxForge.FMSPC + " is number 20260519235959");
  }

  @Test
  void refusesCollateralThatWasCheckedBeforeANewerOneWasSeenElsewhere() {
    claims(verifyWith(pckList(9)));

    floors.remember(Map.of(PCK_LIST, BigInteger.TEN));

    refused("is number 9, number 10 was seen");
  }

  @Test
  void isNotRaisedByWhatIntelDidNotSign() {
    pckList(9);
    forge.bundle.put("tcb_info_signature", "00".repeat(64));
    kept.set(forge.collateral());

    Refusals.refused(verify(), Stage.COLLATERAL, Reason.TCBINFO_SIGNATURE);

    assertThat(floors.all()).isEmpty();
  }

  private TdxForge rootList(long number) {
    forge.bundle.put(
        "root_ca_crl",
        ForgedPki.list(
                ForgedPki.ROOT,
                forge.rootKey,
                forge.revokedByRoot,
                TdxForge.ISSUED,
                TdxForge.NEXT,
                Optional.of(BigInteger.valueOf(number)))
            .hex());
    return forge;
  }

  private TdxForge pckList(long number) {
    forge.bundle.put(
        "pck_crl",
        ForgedPki.list(
                ForgedPki.PLATFORM_CA,
                forge.caKey,
                forge.revokedByCa,
                TdxForge.ISSUED,
                TdxForge.NEXT,
                Optional.of(BigInteger.valueOf(number)))
            .hex());
    return forge;
  }

  private Verification verifyWith(TdxForge collateral) {
    kept.set(collateral.collateral());
    return verify();
  }

  private Verification verify() {
    return verifier.verify(TdxForge.evidence(forge.quote()), TdxForge.AT);
  }

  private TdxVerifier verifier(CollateralStore store) {
    return new TdxVerifier(forge.anchors(), store, floors);
  }

  private void refused(String why) {
    Verification verification = verify();

    Refusals.refused(verification, Stage.COLLATERAL, Reason.ROLLBACK);
    assertThat(((Verification.Refused) verification).refusal().message()).contains(why);
  }
}
