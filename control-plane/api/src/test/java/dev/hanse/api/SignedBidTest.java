package dev.hanse.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignedBidTest {
  private static final Instant FROM = Instant.parse("2026-11-20T10:00:00Z");
  private static final Bid BID =
      new Bid(
          NodeId.parse("acme.gpu-1"),
          new ModelId("llama-3.1-8b-instruct"),
          new Price(100_000, 30_000, 300_000),
          new Price(80_000, 20_000, 200_000),
          FROM,
          FROM.plusSeconds(3_600),
          17);

  @ParameterizedTest
  @ValueSource(strings = {"EC", "Ed25519"})
  void aBidIsItsSignersAndNobodyElses(String algorithm) throws GeneralSecurityException {
    KeyPair own = KeyPairGenerator.getInstance(algorithm).generateKeyPair();
    KeyPair other = KeyPairGenerator.getInstance(algorithm).generateKeyPair();

    var signed = SignedBid.by(own.getPrivate(), BID);

    assertThat(signed.isSignedBy(own.getPublic())).isTrue();
    assertThat(signed.isSignedBy(other.getPublic())).isFalse();
  }

  @TestFactory
  Stream<DynamicTest> theSignatureCoversEveryField() throws GeneralSecurityException {
    KeyPair key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    String signature = SignedBid.by(key.getPrivate(), BID).signatureHex();
    var more = new Price(100_001, 30_000, 300_000);
    return Stream.of(
            changed(b -> of(NodeId.parse("acme.gpu-2"), b.model(), b.price(), b.floor(), 0, 0, 0)),
            changed(b -> of(b.node(), new ModelId("m"), b.price(), b.floor(), 0, 0, 0)),
            changed(b -> of(b.node(), b.model(), more, b.floor(), 0, 0, 0)),
            changed(b -> of(b.node(), b.model(), b.price(), more, 0, 0, 0)),
            changed(b -> of(b.node(), b.model(), b.price(), b.floor(), 1, 0, 0)),
            changed(b -> of(b.node(), b.model(), b.price(), b.floor(), 0, 1, 0)),
            changed(b -> of(b.node(), b.model(), b.price(), b.floor(), 0, 0, 1)))
        .map(bid ->
            DynamicTest.dynamicTest(
                bid.toString(),
                () ->
                    assertThat(new SignedBid(bid, signature).isSignedBy(key.getPublic()))
                        .isFalse()));
  }

  private static Bid changed(UnaryOperator<Bid> change) {
    return change.apply(BID);
  }

  private static Bid of(
      NodeId node, ModelId model, Price price, Price floor, long from, long until, long sequence) {
    return new Bid(
        node,
        model,
        price,
        floor,
        BID.validFrom().plusMillis(from),
        BID.validUntil().plusMillis(until),
        BID.sequence() + sequence);
  }

  @Test
  void theSignedBytesNeverChange() throws GeneralSecurityException {
    byte[] canonical = BID.canonical();

    assertThat(canonical).hasSize(4 + 12 + 4 + 10 + 4 + 21 + 9 * (4 + 8));
    assertThat(HexFormat.of().formatHex(canonical))
        .startsWith("0000000c68616e73652f6269642f76310000000a61636d652e6770752d31");
    assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(canonical)))
        .isEqualTo("672cbcf345ec254c0d8252a7379ebaca0260b81e77c39df242827a3ed9e7b41b");
  }

  @Test
  void aKeyOfAnotherKindNeitherSignsNorVerifies() throws GeneralSecurityException {
    KeyPair rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair();

    assertThatThrownBy(() -> SignedBid.by(rsa.getPrivate(), BID))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(new SignedBid(BID, "00").isSignedBy(rsa.getPublic())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "zz"})
  void aSignatureThatIsNoneIsRefused(String signature) {
    assertThatThrownBy(() -> new SignedBid(BID, signature))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aBidBeyondTheCalendarIsRefused() {
    assertThatThrownBy(
            () -> new Bid(BID.node(), BID.model(), BID.price(), BID.floor(), FROM, Instant.MAX, 1))
        .hasMessageContaining("validUntil must be 1970 to 9999");
    assertThatThrownBy(
            () -> new Bid(BID.node(), BID.model(), BID.price(), BID.floor(), Instant.MIN, FROM, 1))
        .hasMessageContaining("validFrom must be 1970 to 9999");
  }
}
