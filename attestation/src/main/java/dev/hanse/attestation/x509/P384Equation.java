package dev.hanse.attestation.x509;

import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.WNafUtil;
import org.bouncycastle.math.ec.custom.sec.SecP384R1Field;
import org.bouncycastle.math.raw.Nat;
import org.bouncycastle.math.raw.Nat192;
import org.bouncycastle.util.BigIntegers;

/**
 * The equation of an ECDSA signature on P-384: that the x of {@code (e/s)G + (r/s)Q} is r.
 *
 * <p>Bouncy Castle's signer leaves 800 KiB of short-lived numbers behind, half of it once the JIT
 * has warmed up: most of what one hostile report could cost. Here its arithmetic of the field works
 * in registers that are made once; ours is the order of the steps alone. Shamir's interleaving of
 * windowed scalars, with doubling "dbl-2001-b" and addition "madd" in Jacobian coordinates for a =
 * -3 (Bernstein and Lange, Explicit-Formulas Database, hyperelliptic.org/EFD). Every number is
 * public, so nothing here runs in constant time. For one signature and thread.
 */
final class P384Equation {
  private static final int WORDS = 12;
  private static final int HALF = WORDS / 2;
  private static final X9ECParameters CURVE = CustomNamedCurves.getByName("secp384r1");
  private static final BigInteger P = CURVE.getCurve().getField().getCharacteristic();
  private static final BigInteger N = CURVE.getN();

  /** A wider window means fewer additions; the base point's table is made once. */
  private static final int BASE_WINDOW = 8;

  private static final int KEY_WINDOW = 5;
  private static final int[][] BASE_MULTIPLES = oddMultiples(CURVE.getG(), BASE_WINDOW);

  /** The sum so far; z is zero for the point at infinity. */
  private final int[] x = new int[WORDS];

  private final int[] y = new int[WORDS];
  private final int[] z = new int[WORDS];

  private final int[] a = new int[WORDS];
  private final int[] b = new int[WORDS];
  private final int[] c = new int[WORDS];
  private final int[] d = new int[WORDS];
  private final int[] e = new int[WORDS];
  private final int[] product = new int[2 * WORDS];
  private final int[] left = new int[HALF];
  private final int[] right = new int[HALF];
  private final int[] middle = new int[WORDS];

  private P384Equation() {}

  /**
   * Whether a signature's equation holds.
   *
   * @param key a point of the curve, not infinity
   * @param digest of any size; of longer ones the first 384 bits count
   * @param r 1 to n-1
   * @param s 1 to n-1
   */
  static boolean holds(ECPoint key, byte[] digest, BigInteger r, BigInteger s) {
    BigInteger hash = new BigInteger(1, digest);
    int excessBits = digest.length * Byte.SIZE - N.bitLength();
    BigInteger inverse = BigIntegers.modOddInverseVar(N, s);
    P384Equation sum = new P384Equation();
    sum.accumulate(
        WNafUtil.generateWindowNaf(
            BASE_WINDOW, hash.shiftRight(Math.max(0, excessBits)).multiply(inverse).mod(N)),
        WNafUtil.generateWindowNaf(KEY_WINDOW, r.multiply(inverse).mod(N)),
        oddMultiples(key, KEY_WINDOW));
    return sum.hasAbscissa(r) || (r.add(N).compareTo(P) < 0 && sum.hasAbscissa(r.add(N)));
  }

  /** x and y of the point, 3, 5 … times it: as many as a window's odd digits. */
  private static int[][] oddMultiples(ECPoint point, int window) {
    ECPoint[] multiples = new ECPoint[1 << (window - 2)];
    ECPoint twice = point.twice();
    multiples[0] = point;
    for (int i = 1; i < multiples.length; i++) {
      multiples[i] = multiples[i - 1].add(twice);
    }
    point.getCurve().normalizeAll(multiples);
    int[][] coordinates = new int[2 * multiples.length][];
    for (int i = 0; i < multiples.length; i++) {
      coordinates[2 * i] =
          SecP384R1Field.fromBigInteger(multiples[i].getAffineXCoord().toBigInteger());
      coordinates[2 * i + 1] =
          SecP384R1Field.fromBigInteger(multiples[i].getAffineYCoord().toBigInteger());
    }
    return coordinates;
  }

  private void accumulate(byte[] ofBase, byte[] ofKey, int[][] keyMultiples) {
    for (int i = Math.max(ofBase.length, ofKey.length) - 1; i >= 0; i--) {
      twice();
      if (i < ofBase.length) {
        add(ofBase[i], BASE_MULTIPLES);
      }
      if (i < ofKey.length) {
        add(ofKey[i], keyMultiples);
      }
    }
  }

  private void add(int digit, int[][] oddMultiples) {
    if (digit > 0) {
      add(oddMultiples[digit - 1], oddMultiples[digit]);
    } else if (digit < 0) {
      SecP384R1Field.negate(oddMultiples[-digit], e);
      add(oddMultiples[-digit - 1], e);
    }
  }

  private void twice() {
    square(z, a);
    square(y, b);
    SecP384R1Field.add(y, z, z);
    square(z, z);
    SecP384R1Field.subtract(z, b, z);
    SecP384R1Field.subtract(z, a, z);
    SecP384R1Field.subtract(x, a, c);
    SecP384R1Field.add(x, a, a);
    multiply(a, c, a);
    SecP384R1Field.twice(a, c);
    SecP384R1Field.add(a, c, a);
    multiply(x, b, c);
    SecP384R1Field.twice(c, c);
    SecP384R1Field.twice(c, c);
    square(a, x);
    SecP384R1Field.twice(c, d);
    SecP384R1Field.subtract(x, d, x);
    SecP384R1Field.subtract(c, x, c);
    multiply(a, c, y);
    SecP384R1Field.twice(b, b);
    square(b, b);
    SecP384R1Field.twice(b, b);
    SecP384R1Field.subtract(y, b, y);
  }

  /** Adds a point by its affine coordinates; {@code otherY} may be {@link #e}. */
  private void add(int[] otherX, int[] otherY) {
    if (Nat.isZero(WORDS, z)) {
      System.arraycopy(otherX, 0, x, 0, WORDS);
      System.arraycopy(otherY, 0, y, 0, WORDS);
      z[0] = 1;
      return;
    }
    square(z, a);
    multiply(otherX, a, b);
    SecP384R1Field.subtract(b, x, b);
    multiply(a, z, a);
    multiply(otherY, a, a);
    SecP384R1Field.subtract(a, y, a);
    if (Nat.isZero(WORDS, b)) {
      if (Nat.isZero(WORDS, a)) {
        twice();
      } else {
        Arrays.fill(z, 0);
      }
      return;
    }
    multiply(z, b, z);
    square(b, c);
    multiply(b, c, b);
    multiply(x, c, c);
    square(a, x);
    SecP384R1Field.subtract(x, b, x);
    SecP384R1Field.subtract(x, c, x);
    SecP384R1Field.subtract(x, c, x);
    SecP384R1Field.subtract(c, x, c);
    multiply(a, c, a);
    multiply(y, b, b);
    SecP384R1Field.subtract(a, b, y);
  }

  /** Whether the sum is a point with that x. */
  private boolean hasAbscissa(BigInteger wanted) {
    square(z, a);
    multiply(a, SecP384R1Field.fromBigInteger(wanted), a);
    return !Nat.isZero(WORDS, z) && Nat.eq(WORDS, a, x);
  }

  /** Karatsuba's way, as {@code Nat384.mul}, which makes its registers anew. */
  private void multiply(int[] one, int[] other, int[] result) {
    Nat192.mul(one, other, product);
    Nat192.mul(one, HALF, other, HALF, product, WORDS);
    boolean alike =
        Nat192.diff(one, HALF, one, 0, left, 0) == Nat192.diff(other, HALF, other, 0, right, 0);
    Nat192.mul(left, right, middle);
    reduce(alike, result);
  }

  private void square(int[] one, int[] result) {
    Nat192.square(one, product);
    Nat192.square(one, HALF, product, WORDS);
    Nat192.diff(one, HALF, one, 0, left, 0);
    Nat192.square(left, middle);
    reduce(true, result);
  }

  private void reduce(boolean subtracts, int[] result) {
    int top = Nat192.addToEachOther(product, HALF, product, WORDS);
    int low = top + Nat192.addTo(product, 0, product, HALF, 0);
    top += Nat192.addTo(product, WORDS + HALF, product, WORDS, low);
    top +=
        subtracts
            ? Nat.subFrom(WORDS, middle, 0, product, HALF)
            : Nat.addTo(WORDS, middle, 0, product, HALF);
    Nat.addWordAt(2 * WORDS, top, product, WORDS + HALF);
    SecP384R1Field.reduce(product, result);
  }
}
