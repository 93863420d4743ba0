package dev.hanse.attestation.nvidia;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.hostile.Outcome;
import dev.hanse.attestation.hostile.TestAuthority;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import dev.hanse.attestation.simulated.SimulatedVerifier;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Manifests held against reports, and what an operator asks for. */
class NvidiaRulesTest {
  private static final NvidiaForge FORGE = new NvidiaForge();
  private static final Bytes DRIVER = FORGE.rims.signed(RimForge.driver());
  private static final Bytes VBIOS = FORGE.rims.signed(RimForge.vbios());
  private static final CollateralStore BOTH = store(DRIVER, VBIOS);
  private static final NvidiaRules STRICT = NvidiaRules.strict();
  private static final NvidiaRules LAX = STRICT.withManifests(NvidiaRules.Manifest.NONE);

  @Test
  void strictTakesAGpuThatMatchesBothManifests() {
    assertThat(judged(STRICT, BOTH)).isEqualTo(Outcome.OK);
    assertThat(FORGE.claims(BOTH, FORGE.good(), FORGE.chain()).measurements())
        .containsEntry("rim-driver", NvidiaForge.DRIVER_RIM + ": 2 of 2 equal")
        .containsEntry("rim-vbios", NvidiaForge.VBIOS_RIM + ": 1 of 1 equal");
  }

  /** A manifest that is missing is never taken as a match. */
  @Test
  void refusesWhereAManifestIsMissingUnlessToldOtherwise() {
    CollateralStore onlyDriver = NvidiaForge.store(Map.of(NvidiaForge.DRIVER_RIM, DRIVER));
    CollateralStore onlyVbios = NvidiaForge.store(Map.of(NvidiaForge.VBIOS_RIM, VBIOS));
    NvidiaRules vbios = STRICT.withManifests(NvidiaRules.Manifest.VBIOS);

    assertThat(judged(STRICT, CollateralStore.EMPTY)).isEqualTo("POLICY NO_RIM");
    assertThat(judged(STRICT, onlyDriver)).isEqualTo("POLICY NO_RIM");
    assertThat(judged(STRICT, onlyVbios)).isEqualTo("POLICY NO_RIM");
    assertThat(judged(vbios, onlyVbios)).isEqualTo(Outcome.OK);
    assertThat(judged(vbios, onlyDriver)).isEqualTo("POLICY NO_RIM");
    assertThat(judged(LAX, CollateralStore.EMPTY)).isEqualTo(Outcome.OK);
  }

  /** Invariant 11 and 17: the index base is 0; one that is missing does not match. */
  @Test
  void refusesMeasurementsOtherThanTheManifests() {
    for (String wrong :
        new String[] {
          rim(RimForge.resource(1, true, NvidiaForge.filled(48, 1))),
          rim(RimForge.resource(8, true, NvidiaForge.filled(48, 8))),
          rim(RimForge.resource(200, true, NvidiaForge.filled(48, 0))),
          rim(
              RimForge.resource(0, true, NvidiaForge.filled(48, 1)),
              RimForge.resource(2, true, NvidiaForge.filled(48, 2))),
        }) {
      CollateralStore store = store(FORGE.rims.signed(wrong), VBIOS);
      assertThat(judged(STRICT, store)).isEqualTo("POLICY MEASUREMENT");
      assertThat(judged(LAX, store)).isEqualTo("POLICY MEASUREMENT");
    }
    CollateralStore vbios =
        store(
            DRIVER,
            FORGE.rims.signed(
                RimForge.document(
                    "GH100",
                    "96.00.AF.00.01",
                    RimForge.resource(4, true, NvidiaForge.filled(48, 6)))));
    assertThat(judged(LAX, vbios)).isEqualTo("POLICY MEASUREMENT");
    assertThat(FORGE.claims(vbios, FORGE.good(), FORGE.chain()).measurements())
        .containsEntry("rim-vbios", NvidiaForge.VBIOS_RIM + ": 0 of 1 equal, other at [4]");
  }

  @Test
  void leavesOutTheDecodersMeasurementOnlyWhereTheReportSaysItIsOff() {
    CollateralStore store =
        store(
            FORGE.rims.signed(
                rim(
                    RimForge.resource(0, true, NvidiaForge.filled(48, 1)),
                    RimForge.resource(35, true, NvidiaForge.filled(48, 9)))),
            VBIOS);
    Bytes off = FORGE.report(NvidiaForge.with(11, Bytes.ofHex("55")));
    Bytes on = FORGE.report(NvidiaForge.with(11, Bytes.ofHex("aa")));

    assertThat(judged(STRICT, store)).isEqualTo("POLICY MEASUREMENT");
    VerifiedClaims running = FORGE.claims(store, on, FORGE.chain());
    assertThat(Outcome.of(checks -> STRICT.judge(running, NvidiaForge.NOW, checks)))
        .isEqualTo("POLICY MEASUREMENT");
    VerifiedClaims claims = FORGE.claims(store, off, FORGE.chain());
    assertThat(Outcome.of(checks -> STRICT.judge(claims, NvidiaForge.NOW, checks)))
        .isEqualTo(Outcome.OK);
    assertThat(claims.measurements())
        .containsEntry(
            "rim-driver",
            NvidiaForge.DRIVER_RIM + ": 1 of 1 equal, void by the device's word [35]");
    CollateralStore other =
        store(FORGE.rims.signed(rim(RimForge.resource(7, true, NvidiaForge.filled(48, 9)))), VBIOS);
    VerifiedClaims differing = FORGE.claims(other, off, FORGE.chain());
    assertThat(Outcome.of(checks -> STRICT.judge(differing, NvidiaForge.NOW, checks)))
        .isEqualTo("POLICY MEASUREMENT");
  }

  @Test
  void refusesManifestsThatBothAskForOneMeasurement() {
    String vbios =
        RimForge.document(
            "GH100",
            "96.00.AF.00.01",
            RimForge.resource(1, true, NvidiaForge.filled(48, 2)),
            RimForge.resource(4, true, NvidiaForge.filled(48, 5)));
    assertThat(verified(store(DRIVER, FORGE.rims.signed(vbios))))
        .isEqualTo("ENDORSEMENT DUPLICATE");
    assertThat(verified(store(DRIVER, FORGE.rims.signed(vbios.replaceFirst("True", "False")))))
        .isEqualTo(Outcome.OK);
  }

  /** A genuine manifest under another's name. */
  @Test
  void refusesManifestsOfAnotherProductOrVersion() {
    for (String other :
        new String[] {
          RimForge.driver().replace("570.86.10", "570.86.1"),
          RimForge.driver().replace("GH100", "GB100"),
          RimForge.driver().replace("product=\"GH100\"", ""),
          RimForge.vbios(),
        }) {
      assertThat(verified(store(FORGE.rims.signed(other), VBIOS)))
          .isEqualTo("ENDORSEMENT PRODUCT_MISMATCH");
    }
    assertThat(verified(store(DRIVER, DRIVER))).isEqualTo("ENDORSEMENT PRODUCT_MISMATCH");
    assertThat(
            verified(
                store(DRIVER, FORGE.rims.signed(RimForge.vbios().replace("96.00.AF", "96.00.af")))))
        .isEqualTo(Outcome.OK);
  }

  /** A manifest our store has must hold, even where none is asked for. */
  @Test
  void refusesManifestsThatDoNotHold() {
    Bytes strangers = new RimForge().signed(RimForge.driver());

    assertThat(verified(store(strangers, VBIOS))).isEqualTo("ENDORSEMENT UNTRUSTED_ROOT");
    assertThat(verified(store(DRIVER, Bytes.ofHex("00")))).isEqualTo("ENDORSEMENT STRUCTURE");
    assertThat(FORGE.outcome(BOTH, Instant.parse("2099-01-01T00:00:01Z")))
        .isEqualTo("CRYPTO CERT_EXPIRED");
  }

  @Test
  void isEndorsedUntilTheFirstCertificateExpires() {
    Instant soon = Instant.parse("2026-09-01T00:00:00Z");
    TestAuthority signer =
        FORGE.rims.issuer.issue(TestAuthority.named("CN=short").leaf().valid(Instant.EPOCH, soon));
    Bytes shortLived =
        RimForge.signed(
            RimForge.vbios(),
            new RimForge.Shape(),
            signer,
            signer,
            FORGE.rims.issuer,
            FORGE.rims.root);

    assertThat(claims(store(DRIVER, shortLived)).endorsedUntil()).isEqualTo(soon);
    assertThat(claims(NvidiaForge.store(Map.of(NvidiaForge.VBIOS_RIM, shortLived))).endorsedUntil())
        .isEqualTo(soon);
    assertThat(claims(BOTH).endorsedUntil()).isEqualTo(Instant.parse("2099-01-01T00:00:00Z"));
    assertThat(FORGE.outcome(store(DRIVER, shortLived), soon.plusMillis(1)))
        .isEqualTo("ENDORSEMENT CERT_EXPIRED");
  }

  @Test
  void takesArchitecturesDevicesAndFirmwareReportsAsTold() {
    Bytes device = ((GpuStatement) claims(BOTH).statement()).device();

    assertThat(judged(STRICT.withArchitectures(Set.of(Architecture.BLACKWELL)), BOTH))
        .isEqualTo("POLICY DISTRUSTED");
    assertThat(judged(STRICT.withDistrustedDevices(Set.of(device)), BOTH))
        .isEqualTo("POLICY DISTRUSTED");
    assertThat(judged(STRICT.withDistrustedDevices(Set.of(NvidiaForge.filled(32, 1))), BOTH))
        .isEqualTo(Outcome.OK);
    VerifiedClaims silent =
        FORGE.claims(BOTH, FORGE.report(NvidiaForge.without(20)), FORGE.chain());
    assertThat(Outcome.of(checks -> STRICT.judge(silent, NvidiaForge.NOW, checks)))
        .isEqualTo("POLICY FWID");
    NvidiaRules lenient = STRICT.withFirmwareReportRequired(false);
    assertThat(Outcome.of(checks -> lenient.judge(silent, NvidiaForge.NOW, checks)))
        .isEqualTo(Outcome.OK);
    assertThat(STRICT.architectures())
        .containsExactlyInAnyOrder(Architecture.HOPPER, Architecture.BLACKWELL);
  }

  @Test
  void takesDriversByVersionAndFloor() {
    assertThat(driver(exactly("570.86.10", "580.1"))).isEqualTo(Outcome.OK);
    assertThat(driver(exactly("580.1"))).isEqualTo("POLICY DRIVER_VERSION");
    for (String floor : new String[] {"570.86.10", "570.86.9", "570.86", "570.9.99", "99.99"}) {
      assertThat(driver(NvidiaRules.Accepted.from(floor))).as(floor).isEqualTo(Outcome.OK);
    }
    for (String floor : new String[] {"570.86.11", "570.86.10.1", "570.100", "1000.0"}) {
      assertThat(driver(NvidiaRules.Accepted.from(floor)))
          .as(floor)
          .isEqualTo("POLICY DRIVER_VERSION");
    }
    assertThat(driver(NvidiaRules.Accepted.from("570.86.10.0"))).isEqualTo(Outcome.OK);
  }

  @Test
  void takesVbiosesByVersionAndFloor() {
    assertThat(vbios(exactly("96.00.AF.00.01"))).isEqualTo(Outcome.OK);
    assertThat(vbios(exactly("96.00.AF.00.02"))).isEqualTo("POLICY VBIOS_VERSION");
    for (String floor : new String[] {"96.00.AF.00.01", "96.00.9F.FF.FF", "95.FF.FF.FF.FF"}) {
      assertThat(vbios(NvidiaRules.Accepted.from(floor))).as(floor).isEqualTo(Outcome.OK);
    }
    for (String floor : new String[] {"96.00.AF.00.02", "96.00.B0.00.00", "97.00.00.00.00"}) {
      assertThat(vbios(NvidiaRules.Accepted.from(floor)))
          .as(floor)
          .isEqualTo("POLICY VBIOS_VERSION");
    }
  }

  @Test
  void takesMeasurementsAsTold() {
    Bytes one = NvidiaForge.filled(48, 1);
    Bytes two = NvidiaForge.filled(48, 2);

    assertThat(judged(LAX.withMeasurements(Map.of(0, Set.of(one, two), 1, Set.of(two))), BOTH))
        .isEqualTo(Outcome.OK);
    assertThat(judged(LAX.withMeasurements(Map.of(1, Set.of(one))), BOTH))
        .isEqualTo("POLICY MEASUREMENT");
    assertThat(judged(LAX.withMeasurements(Map.of(8, Set.of(one))), BOTH))
        .isEqualTo("POLICY MEASUREMENT");
    assertThat(judged(LAX.withMeasurements(Map.of(0, Set.of())), BOTH))
        .isEqualTo("POLICY MEASUREMENT");
  }

  /** Rules of one technology say nothing of another's claims: so they refuse them. */
  @Test
  void refusesClaimsOfAnotherTechnology() {
    SimulatedPlatform platform = SimulatedPlatform.generate(new SecureRandom());
    Bytes reportData = NvidiaForge.filled(64, 1);
    Evidence evidence = platform.quote(reportData, "image", NvidiaForge.NOW);
    Verification verification =
        new SimulatedVerifier(List.of(platform.root())).verify(evidence, NvidiaForge.NOW);
    VerifiedClaims claims = ((Verification.Verified) verification).claims();

    assertThat(Outcome.of(checks -> STRICT.judge(claims, NvidiaForge.NOW, checks)))
        .isEqualTo("POLICY TYPE");
    assertThat(STRICT.technology()).isEqualTo("nvidia-gpu");
  }

  @Test
  void doesNotTakeRulesThatCannotBeMeant() {
    for (String wrong : new String[] {"", "570", "570.", "x", "96.00.AF.00.01"}) {
      assertThatThrownBy(() -> STRICT.withDriver(exactly(wrong)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> STRICT.withDriver(NvidiaRules.Accepted.from(wrong)))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (String wrong : new String[] {"", "96.00.af.00.01", "96.00.AF.00", "570.86.10"}) {
      assertThatThrownBy(() -> STRICT.withVbios(exactly(wrong)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> STRICT.withVbios(NvidiaRules.Accepted.from(wrong)))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(STRICT.withMeasurements(Map.of(0, Set.of(), 254, Set.of())).measurements())
        .hasSize(2);
    for (int index : new int[] {-1, 255}) {
      assertThatThrownBy(() -> STRICT.withMeasurements(Map.of(index, Set.of())))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static NvidiaRules.Accepted exactly(String... versions) {
    return NvidiaRules.Accepted.exactly(Set.of(versions));
  }

  private static String driver(NvidiaRules.Accepted accepted) {
    return judged(STRICT.withDriver(accepted), BOTH);
  }

  private static String vbios(NvidiaRules.Accepted accepted) {
    return judged(STRICT.withVbios(accepted), BOTH);
  }

  private static String rim(String... resources) {
    return RimForge.document("GH100", "570.86.10", resources);
  }

  private static CollateralStore store(Bytes driver, Bytes vbios) {
    return NvidiaForge.store(Map.of(NvidiaForge.DRIVER_RIM, driver, NvidiaForge.VBIOS_RIM, vbios));
  }

  private static String verified(CollateralStore store) {
    return FORGE.outcome(store, NvidiaForge.NOW);
  }

  private static VerifiedClaims claims(CollateralStore store) {
    return FORGE.claims(store, FORGE.good(), FORGE.chain());
  }

  private static String judged(NvidiaRules rules, CollateralStore store) {
    VerifiedClaims claims = claims(store);
    return Outcome.of(checks -> rules.judge(claims, NvidiaForge.NOW, checks));
  }
}
