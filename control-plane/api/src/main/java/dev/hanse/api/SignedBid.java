package dev.hanse.api;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.HexFormat;

/**
 * A bid and the signature over its {@link Bid#canonical()} bytes, by the key of the node's mesh
 * certificate: ECDSA with SHA-256, or Ed25519. A renewed identity has another key, so it signs the
 * same bid again.
 *
 * @param signatureHex 1 to 512 bytes in lower-case hexadecimal
 */
public record SignedBid(Bid bid, String signatureHex) {
  private static final int MAX_SIGNATURE_BYTES = 512;

  public SignedBid {
    byte[] signature = HexFormat.of().parseHex(signatureHex);
    if (signature.length == 0 || signature.length > MAX_SIGNATURE_BYTES) {
      throw new IllegalArgumentException(
          "a signature must have 1 to " + MAX_SIGNATURE_BYTES + " bytes, had " + signature.length);
    }
    signatureHex = HexFormat.of().formatHex(signature);
  }

  /**
   * Signs a bid.
   *
   * @throws IllegalArgumentException if the key is neither EC nor Ed25519, or cannot sign
   */
  public static SignedBid by(PrivateKey key, Bid bid) {
    try {
      Signature signer = Signature.getInstance(algorithmOf(key));
      signer.initSign(key);
      signer.update(bid.canonical());
      return new SignedBid(bid, HexFormat.of().formatHex(signer.sign()));
    } catch (GeneralSecurityException unable) {
      throw new IllegalArgumentException("this key cannot sign a bid", unable);
    }
  }

  /** Whether the holder of this key signed it. Whatever goes wrong means no. */
  public boolean isSignedBy(PublicKey key) {
    try {
      Signature verifier = Signature.getInstance(algorithmOf(key));
      verifier.initVerify(key);
      verifier.update(bid.canonical());
      return verifier.verify(HexFormat.of().parseHex(signatureHex));
    } catch (GeneralSecurityException | IllegalArgumentException unable) {
      return false;
    }
  }

  private static String algorithmOf(Key key) {
    return switch (key.getAlgorithm()) {
      case "EC" -> "SHA256withECDSA";
      case "EdDSA", "Ed25519" -> "Ed25519";
      default ->
          throw new IllegalArgumentException(
              "a mesh key is EC or Ed25519, was " + key.getAlgorithm());
    };
  }
}
