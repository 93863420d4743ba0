package dev.hanse.control.appraisal;

import dev.hanse.api.tls.KeyFiles;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/** The keys that sign policies, as PEM files. Blocking. */
public final class PolicyKeys {
  private static final long LIMIT_BYTES = 64 * 1024;

  private PolicyKeys() {}

  /**
   * Reads public keys.
   *
   * @throws IOException naming the file that holds none
   */
  public static List<PublicKey> publicKeys(List<Path> files) throws IOException {
    List<PublicKey> keys = new ArrayList<>();
    for (Path file : files) {
      if (!Files.isRegularFile(file) || Files.size(file) > LIMIT_BYTES) {
        throw new IOException(file + " is not a file with a public key");
      }
      try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file)))) {
        if (!(parser.readObject() instanceof SubjectPublicKeyInfo info)) {
          throw new IOException(file + " must hold one PEM block \"PUBLIC KEY\"");
        }
        keys.add(new JcaPEMKeyConverter().getPublicKey(info));
      }
    }
    return keys;
  }

  /**
   * Makes a P-256 key and writes it and, beside it, its public half.
   *
   * @param file the private key's; {@code .pub} is added for the other
   * @return the public key's file
   * @throws java.nio.file.FileAlreadyExistsException rather than replace a key
   */
  public static Path generate(Path file) throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      KeyFiles.writeKey(file, pair.getPrivate());
      Path open = file.resolveSibling(file.getFileName() + ".pub");
      Files.writeString(
          open,
          "-----BEGIN PUBLIC KEY-----\n"
              + Base64.getMimeEncoder(64, new byte[] {'\n'})
                  .encodeToString(pair.getPublic().getEncoded())
              + "\n-----END PUBLIC KEY-----\n");
      return open;
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("this JDK has no P-256", missing);
    }
  }
}
