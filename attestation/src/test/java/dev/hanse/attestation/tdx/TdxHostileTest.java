package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.claims;
import static dev.hanse.attestation.tdx.Refusals.refused;
import static dev.hanse.attestation.tdx.Refusals.statement;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.hostile.Fuzz;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What an attacker may do to evidence that was accepted. */
class TdxHostileTest {
  private static final int PART_AT = 632;

  private final TdxForge forge = new TdxForge();
  private final TdxVerifier verifier = forge.verifier();

  @Test
  void everyBitOfHeaderAndBodyIsSigned() {
    TdxForge later = TdxForge.later();

    assertThat(flips(verifier, forge.quote(), 0, 632))
        .isSubsetOf(
            Reason.SIGNATURE,
            Reason.VERSION,
            Reason.AK_TYPE,
            Reason.TEE_TYPE,
            Reason.TYPE,
            Reason.BODY_TYPE);
    assertThat(flips(later.verifier(), later.quote(), 0, 702))
        .isSubsetOf(
            Reason.SIGNATURE,
            Reason.VERSION,
            Reason.AK_TYPE,
            Reason.TEE_TYPE,
            Reason.TYPE,
            Reason.BODY_TYPE,
            Reason.BODY_SIZE,
            Reason.LENGTH);
  }

  @Test
  void everyBitOfSignatureAndAttestationKeyCounts() {
    assertThat(flips(verifier, forge.quote(), PART_AT + 4, PART_AT + 132))
        .containsOnly(Reason.SIGNATURE, Reason.AK_BINDING);
  }

  @Test
  void everyBitOfTheQeReportItsSignatureAndAuthenticationDataCounts() {
    assertThat(flips(verifier, forge.quote(), 770, 770 + 448)).containsOnly(Reason.QE_SIGNATURE);
    assertThat(flips(verifier, forge.quote(), 1220, 1252)).containsOnly(Reason.AK_BINDING);
  }

  @Test
  void everyBitOfASizeOrTypeBetweenThemCountsOrChangesNothing() {
    byte[] good = forge.quote().toArray();

    for (int at :
        new int[] {
          632, 633, 634, 635, 764, 765, 766, 767, 768, 769, 1218, 1219, 1252, 1253, 1254, 1255,
          1256, 1257
        }) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] flipped = good.clone();
        flipped[at] ^= (byte) (1 << bit);
        assertThat(verify(verifier, Bytes.copyOf(flipped)))
            .isInstanceOf(Verification.Refused.class);
      }
    }
  }

  @Test
  void everyByteOfTheCertificatesCountsOrChangesNothing() {
    byte[] good = forge.quote().toArray();
    TdxStatement stated = statement(verify(verifier, Bytes.copyOf(good)));
    int accepted = 0;

    for (int at = 1258; at < good.length; at++) {
      byte[] flipped = good.clone();
      flipped[at] ^= (byte) (1 << at % 7);
      if (verify(verifier, Bytes.copyOf(flipped)) instanceof Verification.Verified verified) {
        assertThat(verified.claims().statement()).isEqualTo(stated);
        accepted++;
      }
    }

    assertThat(accepted).as("spaces between lines and the last zero").isLessThan(100);
  }

  @Test
  void everyBitOfCollateralIsSigned() {
    byte[] tcbInfo = forge.tcbInfo.getBytes(US_ASCII);
    for (int at = 0; at < tcbInfo.length; at += 3) {
      byte[] flipped = tcbInfo.clone();
      flipped[at] ^= 1;
      TdxForge spoiled = new TdxForge();
      spoiled.bundle.put("tcb_info", new String(flipped, US_ASCII));
      spoiled.bundle.put("tcb_info_signature", TdxForge.signature(forge.tcbKey, forge.tcbInfo));
      assertThat(spoiled.verify()).isInstanceOf(Verification.Refused.class);
      at += at > 60 ? 40 : 0;
    }
  }

  @Test
  void partsOfTwoPlatformsNeverMakeOne() {
    TdxForge other = new TdxForge();
    other.attestationKey = ForgedKey.named("another attestation key");
    other.fmspc = "00806f050000";
    other.body(136, "77");
    byte[] one = forge.quote().toArray();
    byte[] two = other.quote().toArray();
    int[] borders = {0, 632, 636, 700, 764, 770, 1154, 1218, 1252};

    for (int i = 1; i < borders.length; i++) {
      byte[] mixed = two.clone();
      System.arraycopy(one, 0, mixed, 0, borders[i]);
      assertThat(verify(verifier, sized(mixed)))
          .as("first up to " + borders[i])
          .isInstanceOf(Verification.Refused.class);
      byte[] swapped = one.clone();
      System.arraycopy(two, borders[i - 1], swapped, borders[i - 1], borders[i] - borders[i - 1]);
      if (!Arrays.equals(swapped, one)) {
        assertThat(verify(verifier, sized(swapped)))
            .as("second from " + borders[i - 1])
            .isInstanceOf(Verification.Refused.class);
      }
    }
  }

  @Test
  void theEnclaveOfSgxIsNotThatOfTdx() {
    refused(forge.qe(256, "01").verify(), Stage.ENDORSEMENT, Reason.QE_IDENTITY);
  }

  @Test
  void bytesBehindTheSignedPartNeverReachAClaim() {
    forge.tail = "report_data=anything".getBytes(US_ASCII);

    VerifiedClaims padded = claims(verify(verifier, forge.quote()));
    VerifiedClaims plain = claims(verify(verifier, new TdxForge().quote()));

    assertThat(padded.statement()).isEqualTo(plain.statement());
    assertThat(padded.bound()).isEqualTo(plain.bound());
    assertThat(padded.measurements()).isEqualTo(plain.measurements());
    assertThat(padded.endorsedUntil()).isEqualTo(plain.endorsedUntil());
  }

  @Test
  void lengthsBeyondIntAllocateNothing() {
    byte[] huge = new byte[Evidence.BODY_LIMIT_BYTES + 1];

    refused(verify(verifier, Bytes.copyOf(huge)), Stage.PARSE, Reason.LENGTH);
    refused(
        verify(verifier, Bytes.copyOf(new byte[Evidence.BODY_LIMIT_BYTES])),
        Stage.PARSE,
        Reason.LENGTH);
  }

  @Test
  void mutantsAreRefusedOrStateTheSame() {
    TdxForge later = TdxForge.later();
    TdxStatement first = statement(verify(verifier, forge.quote()));
    TdxStatement second = statement(verify(verifier, later.quote()));

    Fuzz.mutants(
        42,
        List.of(forge.quote(), later.quote()),
        quote -> verify(verifier, quote) instanceof Verification.Verified,
        quote -> {
          TdxStatement stated = statement(verify(verifier, quote));
          return stated.equals(first) || stated.equals(second);
        });
  }

  @Test
  void mutantsOfCollateralAreRefusedOrSayTheSame() throws Rejection {
    SignedQuote quote = SignedQuote.verify(forge.quote(), forge.anchors(), TdxForge.AT);
    TcbEvaluation genuine = statement(forge.verify()).tcb();
    Bytes bundle = forge.collateral();

    Fuzz.mutants(
        43,
        List.of(bundle),
        mutant -> evaluated(quote, mutant) != null,
        mutant -> genuine.equals(evaluated(quote, mutant)));
  }

  @Test
  void mutantsOfSignedDocumentsAreReadOrRefused() {
    Fuzz.mutants(
        44,
        List.of(TdxForge.ascii(forge.tcbInfo)),
        document -> {
          try {
            return !TcbInfo.read(document).levels().isEmpty();
          } catch (Rejection refused) {
            return false;
          }
        },
        document -> true);
    Fuzz.mutants(
        45,
        List.of(forge.extension()),
        content -> {
          try {
            Bytes wrapped =
                TdxForge.der(new org.bouncycastle.asn1.DEROctetString(content.toArray()));
            return PckItems.ofExtension(wrapped.toArray()).octets(4, 6).size() == 6;
          } catch (Rejection refused) {
            return false;
          }
        },
        content -> true);
  }

  private @org.jspecify.annotations.Nullable TcbEvaluation evaluated(
      SignedQuote quote, Bytes bundle) {
    try {
      TdxCollateral collateral =
          TdxCollateral.verify(bundle, quote.chain(), forge.anchors(), TdxForge.AT);
      return TcbEvaluation.of(quote, collateral);
    } catch (Rejection refused) {
      return null;
    }
  }

  /** With the size of the signature part as its bytes need it. */
  private static Bytes sized(byte[] quote) {
    System.arraycopy(TdxForge.u32(quote.length - PART_AT - 4), 0, quote, PART_AT, 4);
    return Bytes.copyOf(quote);
  }

  private static Set<Reason> flips(TdxVerifier verifier, Bytes good, int from, int until) {
    Set<Reason> reasons = EnumSet.noneOf(Reason.class);
    for (int at = from; at < until; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] flipped = good.toArray();
        flipped[at] ^= (byte) (1 << bit);
        Verification verification = verify(verifier, Bytes.copyOf(flipped));
        assertThat(verification)
            .as("bit %d of byte %d flipped", bit, at)
            .isInstanceOf(Verification.Refused.class);
        if (((Verification.Refused) verification).refusal()
            instanceof dev.hanse.attestation.Refusal.Rejected rejected) {
          reasons.add(rejected.reason());
        }
      }
    }
    return reasons;
  }

  private static Verification verify(TdxVerifier verifier, Bytes quote) {
    return verifier.verify(TdxForge.evidence(quote), TdxForge.AT);
  }
}
