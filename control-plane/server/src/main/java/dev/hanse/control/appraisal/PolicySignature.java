package dev.hanse.control.appraisal;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Encoding;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import java.util.List;

/**
 * The detached signature of a policy file: base64 of a signature over its very bytes, behind a
 * label that no other signature of ours has. Ed25519 or ECDSA, as the key is.
 */
public final class PolicySignature {
  private static final String LABEL = "hanse/appraisal-policy/v1";
  private static final int LIMIT_CHARS = 1024;

  private PolicySignature() {}

  /** Signs a policy's bytes. */
  public static String sign(Bytes policy, PrivateKey key) {
    try {
      Signature signature = Signature.getInstance(algorithm(key));
      signature.initSign(key);
      signature.update(signed(policy));
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException broken) {
      throw new IllegalStateException("the policy key cannot sign", broken);
    }
  }

  /** Whether one of the signers signed these very bytes; never throws for what is no signature. */
  public static boolean holds(Bytes policy, String base64, List<PublicKey> signers) {
    byte[] signature;
    try {
      signature =
          base64.length() > LIMIT_CHARS ? new byte[0] : Base64.getDecoder().decode(base64.strip());
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
    return signers.stream().anyMatch(signer -> holds(policy, signature, signer));
  }

  private static boolean holds(Bytes policy, byte[] signature, PublicKey signer) {
    try {
      Signature verifier = Signature.getInstance(algorithm(signer));
      verifier.initVerify(signer);
      verifier.update(signed(policy));
      return verifier.verify(signature);
    } catch (GeneralSecurityException malformed) {
      return false;
    }
  }

  private static byte[] signed(Bytes policy) {
    return new Encoding(LABEL).bytes(policy).toBytes().toArray();
  }

  private static String algorithm(Key key) {
    return switch (key.getAlgorithm()) {
      case "EC" -> "SHA384withECDSA";
      case "Ed25519", "EdDSA" -> "Ed25519";
      default ->
          throw new IllegalArgumentException(
              "a policy key is EC or Ed25519, was " + key.getAlgorithm());
    };
  }
}
