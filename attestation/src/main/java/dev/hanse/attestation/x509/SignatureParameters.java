package dev.hanse.attestation.x509;

import dev.hanse.attestation.Bytes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a signature algorithm, of which a certificate states its own: none, or, for
 * RSA-PSS, those of one strength. A provider verifies by whatever parameters it is given, a SHA-1
 * without salt included.
 */
final class SignatureParameters {
  private static final Bytes NULL = Bytes.ofHex("0500");

  /** SHA-384, MGF1 with SHA-384, salt of 48 bytes; trailer field left at its default. */
  private static final String PSS_FIELDS =
      "a00f300d06096086480165030402020500"
          + "a11c301a06092a864886f70d010108300d06096086480165030402020500"
          + "a203020130";

  /**
   * The two encodings AMD uses: DER leaves out the trailer field, which is at its default; its
   * newer certificates state it.
   */
  private static final Set<Bytes> PSS_SHA384 =
      Set.of(Bytes.ofHex("3034" + PSS_FIELDS), Bytes.ofHex("3039" + PSS_FIELDS + "a303020101"));

  private SignatureParameters() {}

  /**
   * Whether an algorithm is stated with parameters this library accepts.
   *
   * @param der as the certificate or revocation list has them; {@code null} for none
   */
  static boolean areExact(String algorithm, byte @Nullable [] der) {
    if (algorithm.equals(Chain.RSASSA_PSS)) {
      return der != null && PSS_SHA384.contains(Bytes.copyOf(der));
    }
    return der == null || Bytes.copyOf(der).equals(NULL);
  }

  /**
   * Whether a signed structure's last field holds its signature with no bits marked unused: else
   * one certificate would have several encodings, as providers pass over the mark where the bits
   * are zero.
   */
  static boolean areLast(byte[] signature, byte[] encoded) {
    int mark = encoded.length - signature.length - 1;
    return mark >= 0 && encoded[mark] == 0;
  }
}
