package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.claims;
import static dev.hanse.attestation.tdx.Refusals.refused;
import static dev.hanse.attestation.tdx.Refusals.statement;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What an attacker may do to evidence that was accepted. */
class TdxHostileTest {
  private static final int PART_AT = 632;

  private final TdxForge forge = new TdxForge();
  private final TdxVerifier verifier = forge.verifier();

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

  /** With the size of the signature part as its bytes need it. */
  private static Bytes sized(byte[] quote) {
    System.arraycopy(TdxForge.u32(quote.length - PART_AT - 4), 0, quote, PART_AT, 4);
    return Bytes.copyOf(quote);
  }

  private static Verification verify(TdxVerifier verifier, Bytes quote) {
    return verifier.verify(TdxForge.evidence(quote), TdxForge.AT);
  }
}
