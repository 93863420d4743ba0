package dev.hanse.attestation.x509;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.math.ec.ECPoint;
import org.junit.jupiter.api.Test;

/**
 * Signatures are made backwards: from the two scalars of the sum, so that its every corner can be
 * aimed at. Bouncy Castle's own signer says what is right.
 */
class P384EquationTest {
  private static final X9ECParameters CURVE = CustomNamedCurves.getByName("secp384r1");
  private static final ECPoint G = CURVE.getG();
  private static final BigInteger N = CURVE.getN();
  private static final BigInteger P = CURVE.getCurve().getField().getCharacteristic();

  private final Random random = new Random(384);

  /** A digest, r and s for a key. */
  private record Signed(ECPoint key, BigInteger digest, BigInteger r, BigInteger s) {
    /** Such that the sum is {@code base} times G plus {@code times} times the key. */
    static Signed of(BigInteger base, BigInteger times, ECPoint key) {
      ECPoint sum = G.multiply(base).add(key.multiply(times)).normalize();
      return withSum(base, times, key, sum.getAffineXCoord().toBigInteger().mod(N));
    }

    static Signed withSum(BigInteger base, BigInteger times, ECPoint key, BigInteger r) {
      BigInteger s = r.multiply(times.modInverse(N)).mod(N);
      return new Signed(key.normalize(), base.multiply(s).mod(N), r, s);
    }

    boolean holds() {
      return P384Equation.holds(key, bytes(), r, s);
    }

    /** What the library says of it, whose sum does not share a step with ours. */
    boolean holdsForAnother() {
      ECDSASigner signer = new ECDSASigner();
      signer.init(
          false,
          new ECPublicKeyParameters(
              key, new ECDomainParameters(CURVE.getCurve(), G, N, CURVE.getH())));
      return signer.verifySignature(bytes(), r, s);
    }

    private byte[] bytes() {
      byte[] bytes = new byte[48];
      byte[] number = digest.toByteArray();
      int count = Math.min(48, number.length);
      System.arraycopy(number, number.length - count, bytes, 48 - count, count);
      return bytes;
    }
  }

  @Test
  void holdsForWhatWasSignedAndForNothingElse() {
    for (int round = 0; round < 40; round++) {
      Signed good = Signed.of(scalar(), scalar(), G.multiply(scalar()));
      BigInteger bit = BigInteger.ONE.shiftLeft(random.nextInt(383));

      assertThat(good.holdsForAnother()).isTrue();
      assertThat(good.holds()).isTrue();
      assertThat(new Signed(good.key, good.digest.xor(bit), good.r, good.s).holds()).isFalse();
      assertThat(new Signed(good.key, good.digest, good.r.xor(bit), good.s).holds()).isFalse();
      assertThat(new Signed(good.key, good.digest, good.r, good.s.xor(bit)).holds()).isFalse();
      assertThat(new Signed(good.key.negate(), good.digest, good.r, good.s).holds()).isFalse();
    }
  }

  @Test
  void holdsForScalarsOfEveryLength() {
    ECPoint key = G.multiply(scalar());
    for (int bits = 1; bits < 384; bits += bits < 16 ? 1 : 23) {
      BigInteger power = BigInteger.ONE.shiftLeft(bits);
      for (BigInteger small : new BigInteger[] {power.subtract(BigInteger.ONE), power}) {
        assertThat(Signed.of(small, scalar(), key).holds()).as("base %d", bits).isTrue();
        assertThat(Signed.of(scalar(), small, key).holds()).as("key %d", bits).isTrue();
      }
    }
  }

  @Test
  void holdsWhereTheDigestIsZero() {
    assertThat(Signed.of(BigInteger.ZERO, scalar(), G.multiply(scalar())).holds()).isTrue();
  }

  @Test
  void addsAPointToItself() {
    assertThat(Signed.of(BigInteger.ONE, BigInteger.ONE, G).holds()).isTrue();
    assertThat(Signed.of(BigInteger.TWO, BigInteger.TWO, G).holds()).isTrue();
    assertThat(
            Signed.of(BigInteger.valueOf(3), BigInteger.ONE, G.multiply(BigInteger.valueOf(3)))
                .holds())
        .isTrue();
  }

  @Test
  void goesOnAfterASumThatWasInfinity() {
    BigInteger power = BigInteger.ONE.shiftLeft(10);

    // Of both scalars the first digit is the eleventh, and cancels the other's; one follows.
    assertThat(Signed.of(power.add(BigInteger.ONE), power, G.negate()).holds()).isTrue();
    assertThat(Signed.of(power, power.add(BigInteger.ONE), G.negate()).holds()).isTrue();
  }

  @Test
  void neverHoldsWhereTheSumIsInfinity() {
    for (long times : new long[] {1, 2, 5, 1L << 40}) {
      BigInteger scalar = BigInteger.valueOf(times);
      // Were a point taken for infinity, it would be the last before: one of the base's.
      BigInteger last = G.multiply(scalar).normalize().getAffineXCoord().toBigInteger().mod(N);
      for (BigInteger r :
          new BigInteger[] {
            G.getAffineXCoord().toBigInteger().mod(N), last, scalar(), N.subtract(BigInteger.ONE)
          }) {
        assertThat(Signed.withSum(scalar, scalar, G.negate(), r).holds()).isFalse();
      }
    }
  }

  @Test
  void holdsWhereTheSumsXIsBeyondTheOrder() {
    ECPoint sum = pointBeyondTheOrder();
    BigInteger x = sum.getAffineXCoord().toBigInteger();
    BigInteger base = scalar();
    BigInteger times = scalar();
    ECPoint key = sum.subtract(G.multiply(base)).multiply(times.modInverse(N));

    Signed reduced = Signed.withSum(base, times, key, x.subtract(N));

    assertThat(reduced.holdsForAnother()).isTrue();
    assertThat(reduced.holds()).isTrue();
  }

  @Test
  void doesNotTakeAnXBeyondTheFieldForTheSums() {
    // Of this r, r + n is no number of the field, but would be one modulo p.
    BigInteger base = scalar();
    BigInteger times = scalar();
    ECPoint key = G.multiply(scalar());
    BigInteger x =
        G.multiply(base).add(key.multiply(times)).normalize().getAffineXCoord().toBigInteger();
    BigInteger r = x.add(P).subtract(N);

    assertThat(r.compareTo(N)).as("a number r may be").isNegative();
    assertThat(Signed.withSum(base, times, key, r).holds()).isFalse();
  }

  @Test
  void countsTheFirstBitsOfALongDigest() {
    Signed good = Signed.of(scalar(), scalar(), G.multiply(scalar()));
    byte[] longer = Arrays.copyOf(good.bytes(), 64);
    longer[48] = 1;

    assertThat(P384Equation.holds(good.key, longer, good.r, good.s)).isTrue();
    longer[47] ^= 1;
    assertThat(P384Equation.holds(good.key, longer, good.r, good.s)).isFalse();
  }

  @Test
  void countsAllOfAShortDigest() {
    byte[] digest = new byte[32];
    random.nextBytes(digest);
    BigInteger secret = scalar();
    ECDSASigner signer = new ECDSASigner();
    signer.init(
        true,
        new ECPrivateKeyParameters(
            secret, new ECDomainParameters(CURVE.getCurve(), G, N, CURVE.getH())));
    BigInteger[] numbers = signer.generateSignature(digest);
    ECPoint key = G.multiply(secret).normalize();

    assertThat(P384Equation.holds(key, digest, numbers[0], numbers[1])).isTrue();
    digest[31] ^= 1;
    assertThat(P384Equation.holds(key, digest, numbers[0], numbers[1])).isFalse();
  }

  @Test
  void leavesLittleBehind() {
    Signed good = Signed.of(scalar(), scalar(), G.multiply(scalar()));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    assertThat(good.holds()).isTrue();
    long before = threads.getCurrentThreadAllocatedBytes();

    boolean holds = good.holds();

    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(128 * 1024);
    assertThat(holds).isTrue();
  }

  private ECPoint pointBeyondTheOrder() {
    BigInteger x = N.add(BigInteger.valueOf(random.nextInt(1 << 20)));
    while (true) {
      try {
        byte[] compressed = new byte[49];
        compressed[0] = 2;
        byte[] number = x.toByteArray();
        System.arraycopy(number, number.length - 48, compressed, 1, 48);
        return CURVE.getCurve().decodePoint(compressed);
      } catch (IllegalArgumentException noPoint) {
        x = x.add(BigInteger.ONE);
      }
    }
  }

  private BigInteger scalar() {
    return new BigInteger(383, random).setBit(0);
  }
}
