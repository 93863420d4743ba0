package dev.hanse.node.identity;

import dev.hanse.api.tls.KeyFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/** Where the key of the next identity comes from. Blocking. */
@FunctionalInterface
public interface KeySource {
  KeyPair next() throws IOException;

  /** A new P-256 key for every identity, never outside memory. */
  static KeySource fresh(SecureRandom random) {
    return () -> generate(random);
  }

  /**
   * The P-256 key of a file, made there (0600) if the file does not exist.
   *
   * <p>For who must keep a key across restarts; {@link #fresh} is safer.
   */
  static KeySource file(Path file, SecureRandom random) {
    return () -> {
      if (Files.notExists(file)) {
        KeyFiles.writeKey(file, generate(random).getPrivate());
      }
      return withPublic(KeyFiles.readKey(file), file);
    };
  }

  private static KeyPair generate(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("this JDK has no P-256", missing);
    }
  }

  private static KeyPair withPublic(PrivateKey key, Path file) throws IOException {
    if (!(key instanceof ECPrivateKey ec)
        || ec.getParams().getCurve().getField().getFieldSize() != 256
        || !(PrivateKeyFactory.createKey(key.getEncoded())
            instanceof ECPrivateKeyParameters parameters)) {
      throw new IOException(file + " does not hold a P-256 key");
    }
    try {
      ECPublicKeyParameters point =
          new ECPublicKeyParameters(
              new FixedPointCombMultiplier()
                  .multiply(parameters.getParameters().getG(), parameters.getD()),
              parameters.getParameters());
      SubjectPublicKeyInfo info = SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(point);
      PublicKey publicKey =
          KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(info.getEncoded()));
      return new KeyPair(publicKey, key);
    } catch (GeneralSecurityException broken) {
      throw new IOException(file + " does not hold a usable P-256 key");
    }
  }
}
