package dev.hanse.attestation.tpm;

import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.x509.Ecdsa;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;

/** The public half of a key in a TPM. */
public sealed interface TpmKey {
  /**
   * An RSA key of 2048 to 4096 bits with the exponent 65537: TPMs make no other.
   *
   * @param modulus odd
   */
  record Rsa(BigInteger modulus) implements TpmKey {
    public static final BigInteger EXPONENT = BigInteger.valueOf(65_537);

    /** Checks the size. */
    public static Rsa of(BigInteger modulus, BigInteger exponent) throws Rejection {
      int bits = modulus.bitLength();
      Rejection.unless(
          bits >= 2048 && bits <= 4096 && modulus.testBit(0) && exponent.equals(EXPONENT),
          Stage.CRYPTO,
          Reason.KEY,
          "an RSA key of " + bits + " bits is not one of a TPM");
      return new Rsa(modulus);
    }

    public int bytes() {
      return (modulus.bitLength() + 7) / 8;
    }

    /** For the JDK's ciphers and signatures. */
    public RSAPublicKey key() {
      try {
        return (RSAPublicKey)
            KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, EXPONENT));
      } catch (GeneralSecurityException impossible) {
        throw new IllegalStateException("an RSA key of checked size is a key", impossible);
      }
    }
  }

  /** A point; whether it lies on its curve is checked where it is used. */
  record Ecc(Ecdsa.Curve curve, BigInteger x, BigInteger y) implements TpmKey {}
}
