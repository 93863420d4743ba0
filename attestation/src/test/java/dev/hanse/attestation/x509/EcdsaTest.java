package dev.hanse.attestation.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.EllipticCurve;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EcdsaTest {
  @ParameterizedTest
  @EnumSource
  void verifiesSignaturesOfEveryCurve(Ecdsa.Curve curve) throws Rejection {
    KeyPair keys = TestKeys.ec(name(curve));
    byte[] digest = digest(curve, "message");
    BigInteger[] numbers = sign(curve, keys, digest);
    Ecdsa key = Ecdsa.ofKey(curve, keys.getPublic());

    assertThat(key.signs(digest, numbers[0], numbers[1])).isTrue();
    assertThat(key.signs(digest, both(curve, numbers[0], numbers[1]))).isTrue();
    assertThat(key.signs(digest(curve, "another"), numbers[0], numbers[1])).isFalse();
    assertThat(key.signs(digest, numbers[1], numbers[0])).isFalse();
    assertThat(key.signs(digest, both(curve, numbers[1], numbers[0]))).isFalse();
    assertThat(
            Ecdsa.ofKey(curve, TestKeys.ec(name(curve)).getPublic())
                .signs(digest, numbers[0], numbers[1]))
        .isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void takesTheSameKeyByItsCoordinates(Ecdsa.Curve curve) throws Rejection {
    KeyPair keys = TestKeys.ec(name(curve));
    ECPoint point = ((ECPublicKey) keys.getPublic()).getW();
    byte[] digest = digest(curve, "message");
    BigInteger[] numbers = sign(curve, keys, digest);

    assertThat(
            Ecdsa.ofPoint(curve, point.getAffineX(), point.getAffineY())
                .signs(digest, numbers[0], numbers[1]))
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void neverTakesNumbersOutOfRange(Ecdsa.Curve curve) throws Rejection {
    KeyPair keys = TestKeys.ec(name(curve));
    byte[] digest = digest(curve, "message");
    BigInteger[] good = sign(curve, keys, digest);
    Ecdsa key = Ecdsa.ofKey(curve, keys.getPublic());
    BigInteger n = order(curve);
    for (BigInteger bad :
        new BigInteger[] {
          BigInteger.ZERO, BigInteger.ONE.negate(), n, n.add(BigInteger.ONE), n.negate()
        }) {
      assertThat(key.signs(digest, bad, good[1])).isFalse();
      assertThat(key.signs(digest, good[0], bad)).isFalse();
      assertThat(key.signs(digest, bad, bad)).isFalse();
    }
    assertThat(key.signs(digest, good[0].add(n), good[1])).isFalse();
    assertThat(key.signs(digest, good[0], good[1].add(n))).isFalse();
    assertThat(key.signs(digest, good[0].negate(), good[1])).isFalse();
    assertThat(key.signs(digest, good[0], good[1].negate())).isFalse();
    // In range at its very ends, and still no signature.
    assertThat(key.signs(digest, BigInteger.ONE, BigInteger.ONE)).isFalse();
    assertThat(key.signs(digest, n.subtract(BigInteger.ONE), n.subtract(BigInteger.ONE))).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void takesEitherOfTheTwoNumbersThatEcdsaAllows(Ecdsa.Curve curve) throws Rejection {
    KeyPair keys = TestKeys.ec(name(curve));
    byte[] digest = digest(curve, "message");
    BigInteger[] good = sign(curve, keys, digest);

    assertThat(
            Ecdsa.ofKey(curve, keys.getPublic())
                .signs(digest, good[0], order(curve).subtract(good[1])))
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void takesNumbersInTheirExactSizeOnly(Ecdsa.Curve curve) throws Rejection {
    KeyPair keys = TestKeys.ec(name(curve));
    byte[] digest = digest(curve, "message");
    BigInteger[] numbers = sign(curve, keys, digest);
    byte[] both = both(curve, numbers[0], numbers[1]).toArray();
    Ecdsa key = Ecdsa.ofKey(curve, keys.getPublic());

    assertThat(curve.bytes() * 2).isEqualTo(both.length);
    for (int size : new int[] {0, both.length - 1, both.length + 1, both.length + 2, 72}) {
      assertThat(key.signs(digest, Bytes.copyOf(Arrays.copyOf(both, size)))).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusesPointsThatAreOnNoCurve(Ecdsa.Curve curve) {
    ECPoint point = ((ECPublicKey) TestKeys.ec(name(curve)).getPublic()).getW();
    BigInteger x = point.getAffineX();
    BigInteger y = point.getAffineY();
    BigInteger field =
        CustomNamedCurves.getByName(name(curve)).getCurve().getField().getCharacteristic();

    refused(Reason.KEY, () -> Ecdsa.ofPoint(curve, x, y.add(BigInteger.ONE)));
    refused(Reason.KEY, () -> Ecdsa.ofPoint(curve, y, x));
    refused(Reason.KEY, () -> Ecdsa.ofPoint(curve, BigInteger.ZERO, BigInteger.ZERO));
    refused(Reason.KEY, () -> Ecdsa.ofPoint(curve, x.add(field), y));
    refused(Reason.KEY, () -> Ecdsa.ofPoint(curve, x, y.negate()));
  }

  @Test
  void refusesKeysOfAnotherKindOrCurve() {
    for (PublicKey other :
        new PublicKey[] {
          TestKeys.ec("secp384r1").getPublic(),
          TestKeys.ec("secp521r1").getPublic(),
          TestKeys.rsa(1024).getPublic()
        }) {
      refused(Reason.KEY_TYPE, () -> Ecdsa.ofKey(Ecdsa.Curve.P256, other));
    }
    refused(
        Reason.KEY_TYPE, () -> Ecdsa.ofKey(Ecdsa.Curve.P384, TestKeys.ec("secp256r1").getPublic()));
  }

  @Test
  void refusesKeysOnACurveThatOnlyResemblesANamedOne() {
    ECPublicKey key = (ECPublicKey) TestKeys.ec("secp384r1").getPublic();
    ECParameterSpec named = key.getParams();
    EllipticCurve curve = named.getCurve();
    BigInteger one = BigInteger.ONE;
    EllipticCurve otherA =
        new EllipticCurve(curve.getField(), curve.getA().subtract(one), curve.getB());
    EllipticCurve otherB =
        new EllipticCurve(curve.getField(), curve.getA(), curve.getB().subtract(one));

    for (ECParameterSpec other :
        new ECParameterSpec[] {
          new ECParameterSpec(otherA, named.getGenerator(), named.getOrder(), 1),
          new ECParameterSpec(otherB, named.getGenerator(), named.getOrder(), 1),
          new ECParameterSpec(curve, named.getGenerator(), named.getOrder().subtract(one), 1)
        }) {
      refused(Reason.KEY_TYPE, () -> Ecdsa.ofKey(Ecdsa.Curve.P384, new Made(key.getW(), other)));
    }
  }

  @Test
  void takesNoGeneratorFromAKey() throws Rejection {
    // CVE-2020-0601: a key whose generator was chosen so that a known secret belongs to it.
    ECPublicKey key = (ECPublicKey) TestKeys.ec("secp384r1").getPublic();
    ECParameterSpec named = key.getParams();
    PublicKey made =
        new Made(
            key.getW(), new ECParameterSpec(named.getCurve(), key.getW(), named.getOrder(), 1));
    Ecdsa.Curve curve = Ecdsa.Curve.P384;
    byte[] digest = digest(curve, "message");
    BigInteger n = order(curve);
    // With secret 1 and generator Q, k = 1 gives r = x(Q), s = digest + r.
    BigInteger r = key.getW().getAffineX().mod(n);
    BigInteger s = new BigInteger(1, digest).add(r).mod(n);

    assertThat(Ecdsa.ofKey(curve, made).signs(digest, r, s)).isFalse();
  }

  private static void refused(Reason reason, ThrowingCallable call) {
    Rejection rejection = catchThrowableOfType(Rejection.class, call);
    assertThat(rejection).isNotNull();
    assertThat(rejection.refusal().reason()).isEqualTo(reason);
    assertThat(rejection.refusal().stage()).isEqualTo(Stage.CRYPTO);
  }

  private static String name(Ecdsa.Curve curve) {
    return switch (curve) {
      case P256 -> "secp256r1";
      case P384 -> "secp384r1";
    };
  }

  private static BigInteger order(Ecdsa.Curve curve) {
    return CustomNamedCurves.getByName(name(curve)).getN();
  }

  private static byte[] digest(Ecdsa.Curve curve, String text) {
    try {
      return MessageDigest.getInstance(curve == Ecdsa.Curve.P256 ? "SHA-256" : "SHA-384")
          .digest(text.getBytes(StandardCharsets.US_ASCII));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static BigInteger[] sign(Ecdsa.Curve curve, KeyPair keys, byte[] digest) {
    var named = CustomNamedCurves.getByName(name(curve));
    ECDSASigner signer = new ECDSASigner();
    signer.init(
        true,
        new ECPrivateKeyParameters(
            ((ECPrivateKey) keys.getPrivate()).getS(),
            new ECDomainParameters(named.getCurve(), named.getG(), named.getN(), named.getH())));
    return signer.generateSignature(digest);
  }

  private static Bytes both(Ecdsa.Curve curve, BigInteger r, BigInteger s) {
    String pattern = "%0" + curve.bytes() * 2 + "x";
    return Bytes.ofHex(pattern.formatted(r) + pattern.formatted(s));
  }

  /** A key whose parameters a hostile encoding gave. */
  private record Made(ECPoint point, ECParameterSpec parameters) implements ECPublicKey {
    @Override
    public ECPoint getW() {
      return point;
    }

    @Override
    public ECParameterSpec getParams() {
      return parameters;
    }

    @Override
    public String getAlgorithm() {
      return "EC";
    }

    @Override
    public String getFormat() {
      return "none";
    }

    @Override
    public byte[] getEncoded() {
      return new byte[0];
    }
  }
}
