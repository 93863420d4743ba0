package dev.hanse.attestation.simulated;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PrivateKeyInfoFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;

/**
 * The attester's half: stands in for the security processor of a machine that has none. Whoever
 * holds its key can claim anything.
 */
public final class SimulatedPlatform {
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";

  private final Ed25519PrivateKeyParameters key;
  private final Bytes root;

  private SimulatedPlatform(Ed25519PrivateKeyParameters key) {
    this.key = key;
    try {
      this.root =
          Bytes.copyOf(
              SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(key.generatePublicKey())
                  .getEncoded());
    } catch (IOException impossible) {
      throw new IllegalStateException("an Ed25519 key cannot be encoded", impossible);
    }
  }

  public static SimulatedPlatform generate(SecureRandom random) {
    return new SimulatedPlatform(new Ed25519PrivateKeyParameters(random));
  }

  /**
   * Reads an Ed25519 key from PKCS#8 in PEM, as {@link #toPem} and OpenSSL write it.
   *
   * @throws IllegalArgumentException if it is not one; the text is not repeated
   */
  public static SimulatedPlatform fromPem(String pem) {
    String text = pem.strip();
    if (!text.startsWith(BEGIN) || !text.endsWith(END)) {
      throw new IllegalArgumentException("a platform key is one PEM block \"PRIVATE KEY\"");
    }
    try {
      byte[] der =
          Base64.getMimeDecoder()
              .decode(text.substring(BEGIN.length(), text.length() - END.length()));
      AsymmetricKeyParameter key = PrivateKeyFactory.createKey(der);
      if (key instanceof Ed25519PrivateKeyParameters ed25519) {
        return new SimulatedPlatform(ed25519);
      }
    } catch (IOException | RuntimeException broken) {
      throw new IllegalArgumentException("the platform key cannot be read as PKCS#8");
    }
    throw new IllegalArgumentException("a platform key is an Ed25519 key");
  }

  /** The private key as PKCS#8 in PEM: to be kept readable by its owner only. */
  public String toPem() {
    try {
      byte[] der = PrivateKeyInfoFactory.createPrivateKeyInfo(key).getEncoded();
      return BEGIN + "\n" + Base64.getMimeEncoder().encodeToString(der) + "\n" + END + "\n";
    } catch (IOException impossible) {
      throw new IllegalStateException("an Ed25519 key cannot be encoded", impossible);
    }
  }

  /** Its public key, DER SubjectPublicKeyInfo: what a {@link SimulatedVerifier} must be given. */
  public Bytes root() {
    return root;
  }

  /**
   * Signs.
   *
   * @param reportData 64 bytes
   * @param measurement what runs here, by its own word: 1 to 128 of {@code a-z 0-9 . : _ + -}
   */
  public Evidence quote(Bytes reportData, String measurement, Instant at) {
    Bytes statement = new SimulatedStatement(at, reportData, root.sha256(), measurement).toBytes();
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(true, key);
    byte[] signed = SimulatedVerifier.signed(statement);
    signer.update(signed, 0, signed.length);
    ByteArrayOutputStream evidence = new ByteArrayOutputStream();
    evidence.writeBytes(statement.toArray());
    evidence.writeBytes(signer.generateSignature());
    return new Evidence(SimulatedVerifier.TECHNOLOGY, Bytes.copyOf(evidence.toByteArray()));
  }

  /** Names the platform, never the key. */
  @Override
  public String toString() {
    return "simulated platform " + root.sha256().hex();
  }
}
