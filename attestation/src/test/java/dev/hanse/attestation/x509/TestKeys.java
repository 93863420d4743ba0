package dev.hanse.attestation.x509;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Random;

/** Keys for tests, worthless elsewhere. */
public final class TestKeys {
  /**
   * How far above a seeded number the next prime lies, by seed: finding primes of 2048 bits anew
   * would take seconds.
   */
  private static final int[] PRIME_AT = {358, 1624, 5568, 1278};

  private static final BigInteger EXPONENT = BigInteger.valueOf(65_537);

  private TestKeys() {}

  /** One of six RSA-4096 keys, 0 to 5. Always the same; they share primes. */
  public static KeyPair rsa4096(int number) {
    int[][] pairs = {{0, 1}, {2, 3}, {0, 2}, {1, 3}, {0, 3}, {1, 2}};
    BigInteger p = prime(pairs[number][0]);
    BigInteger q = prime(pairs[number][1]);
    BigInteger one = BigInteger.ONE;
    BigInteger totient = p.subtract(one).multiply(q.subtract(one));
    BigInteger modulus = p.multiply(q);
    BigInteger d = EXPONENT.modInverse(totient);
    try {
      KeyFactory keys = KeyFactory.getInstance("RSA");
      return new KeyPair(
          keys.generatePublic(new RSAPublicKeySpec(modulus, EXPONENT)),
          keys.generatePrivate(
              new RSAPrivateCrtKeySpec(
                  modulus,
                  EXPONENT,
                  d,
                  p,
                  q,
                  d.mod(p.subtract(one)),
                  d.mod(q.subtract(one)),
                  q.modInverse(p))));
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** A fresh RSA key, for sizes at which that is quick. */
  public static KeyPair rsa(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** A fresh key on a named curve. */
  public static KeyPair ec(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static BigInteger prime(int index) {
    BigInteger start =
        new BigInteger(2048, new Random(index + 1L)).setBit(2047).setBit(2046).setBit(0);
    return start.add(BigInteger.valueOf(PRIME_AT[index]));
  }
}
