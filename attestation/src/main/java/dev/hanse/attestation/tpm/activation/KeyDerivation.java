package dev.hanse.attestation.tpm.activation;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.hanse.attestation.tpm.TpmHash;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The two ways TPMs derive keys (TPM 2.0 Library, part 1, 11.4.10), for up to one digest's bits.
 */
final class KeyDerivation {
  private KeyDerivation() {}

  /**
   * KDFa, SP 800-108 in counter mode.
   *
   * @param bits whole bytes of them
   */
  static byte[] kdfa(TpmHash hash, byte[] key, String label, byte[] context, int bits) {
    requireOneBlock(hash, bits);
    try {
      Mac mac = Mac.getInstance(hash.hmacAlgorithm());
      mac.init(new SecretKeySpec(key, hash.hmacAlgorithm()));
      mac.update(number(1));
      mac.update(terminated(label));
      mac.update(context);
      return Arrays.copyOf(mac.doFinal(number(bits)), bits / Byte.SIZE);
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("this JDK has no " + hash.hmacAlgorithm(), missing);
    }
  }

  /**
   * KDFe, SP 800-56A.
   *
   * @param z x of the shared point
   * @param partyU x of the ephemeral key
   * @param partyV x of the static key
   */
  static byte[] kdfe(TpmHash hash, byte[] z, String label, byte[] partyU, byte[] partyV, int bits) {
    requireOneBlock(hash, bits);
    MessageDigest digest = hash.digest();
    digest.update(number(1));
    digest.update(z);
    digest.update(terminated(label));
    digest.update(partyU);
    digest.update(partyV);
    return Arrays.copyOf(digest.digest(), bits / Byte.SIZE);
  }

  /** Labels are hashed and encrypted with their closing zero. */
  static byte[] terminated(String label) {
    return Arrays.copyOf(label.getBytes(US_ASCII), label.length() + 1);
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
  }

  private static void requireOneBlock(TpmHash hash, int bits) {
    if (bits > hash.bytes() * Byte.SIZE) {
      throw new IllegalArgumentException(bits + " bits are more than one block of " + hash);
    }
  }
}
