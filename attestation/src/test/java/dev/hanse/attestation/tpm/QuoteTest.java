package dev.hanse.attestation.tpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class QuoteTest {
  private static final Pcr SHORT = new Pcr(TpmHash.SHA256, 0);
  private static final Bytes ANY = Bytes.ofHex("00");
  private static final Pcr LONG = new Pcr(TpmHash.SHA384, 0);

  @Test
  void hashesRegistersInTheOrderOfItsSelections() throws Exception {
    Bytes one = Bytes.ofHex("11".repeat(32));
    Bytes other = Bytes.ofHex("22".repeat(48));
    Quote quote = quote(Bytes.ofHex(other.hex() + one.hex()).sha256());

    assertThat(quote.pcrs()).containsExactly(LONG, SHORT);
    quote.requireValues(Map.of(SHORT, one, LONG, other), TpmHash.SHA256);
  }

  @Test
  void saysWhetherAValueOrAWholeBankIsMissing() {
    Quote quote = quote(Bytes.copyOf(new byte[32]));
    Bytes value = Bytes.copyOf(new byte[32]);
    Pcr further = new Pcr(TpmHash.SHA256, 1);

    refused(
        () -> quote.requireValues(Map.of(SHORT, value), TpmHash.SHA256),
        Stage.POLICY,
        Reason.PCR_BANK,
        "PCR sha384:0 is quoted and its value missing");
    refused(
        () -> quote.requireValues(Map.of(SHORT, value, further, value), TpmHash.SHA256),
        Stage.POLICY,
        Reason.PCR_NOT_QUOTED,
        "PCR sha256:1 has not been quoted");
  }

  @Test
  void saysThatARegisterOfAGivenBankIsMissing() {
    Quote quote =
        new Quote(
            ANY,
            ANY,
            new Counters(1, 1, 1, true),
            1,
            List.of(new PcrSelection(TpmHash.SHA256, List.of(0, 1))),
            Bytes.copyOf(new byte[32]));

    refused(
        () ->
            quote.requireValues(
                Map.of(new Pcr(TpmHash.SHA256, 1), Bytes.copyOf(new byte[32])), TpmHash.SHA256),
        Stage.POLICY,
        Reason.PCR_DIGEST,
        "PCR sha256:0 is quoted and its value missing");
  }

  /** Its longest salt does not fit, and no provider says so before it is asked. */
  @Test
  void refusesASignatureOfAKeyWhoseSizeNoPaddingFits() throws Exception {
    TpmKey key = new TpmKey.Rsa(BigInteger.ONE.shiftLeft(2048).setBit(0));
    Bytes encoded = Bytes.ofHex("0016" + "000b" + "0101" + "00".repeat(257));
    QuoteSignature signature = QuoteSignature.read(encoded, key, Optional.empty());

    refused(
        () -> signature.requireOver(ANY, key, TpmHash.SHA256),
        Stage.CRYPTO,
        Reason.SIGNATURE,
        "the key did not sign this quote");
  }

  private static Quote quote(Bytes digest) {
    return new Quote(
        ANY,
        ANY,
        new Counters(1, 1, 1, true),
        1,
        List.of(
            new PcrSelection(TpmHash.SHA384, List.of(0)),
            new PcrSelection(TpmHash.SHA256, List.of(0))),
        digest);
  }

  private static void refused(ThrowingCallable asked, Stage stage, Reason reason, String detail) {
    assertThatThrownBy(asked)
        .isInstanceOfSatisfying(
            Rejection.class,
            rejection ->
                assertThat(rejection.refusal())
                    .isEqualTo(new Refusal.Rejected(stage, reason, detail)));
  }
}
