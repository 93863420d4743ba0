package dev.hanse.control.identity;

import dev.hanse.api.tls.KeyFiles;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.crypto.util.ScryptConfig;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfoBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEOutputEncryptorBuilder;

/**
 * An authority's key at rest: PKCS#8 under PBES2 (RFC 8018) with scrypt (RFC 7914) and AES-256-GCM,
 * so that a wrong passphrase is noticed and a changed file, too. Blocking: deriving takes some 100
 * ms and {@value #COST} × 1 KiB of memory, which is the point of it.
 */
final class SealedKey {
  private static final Logger LOG = System.getLogger(SealedKey.class.getName());
  private static final String BEGIN = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
  private static final String END = "-----END ENCRYPTED PRIVATE KEY-----";

  /** N of scrypt, with r = 8 and p = 1: 32 MiB, as RFC 7914 has it for interactive use, doubled. */
  private static final int COST = 32_768;

  private static final int BLOCK = 8;
  private static final int SALT_BYTES = 16;
  private static final BouncyCastleProvider PROVIDER = new BouncyCastleProvider();

  private SealedKey() {}

  /**
   * Writes a key, readable by its owner only and not replacing one.
   *
   * @param passphrase empty: the key is not encrypted
   */
  static void write(Path file, PrivateKey key, Optional<Passphrase> passphrase, SecureRandom random)
      throws IOException {
    if (passphrase.isEmpty()) {
      KeyFiles.writeKey(file, key);
      return;
    }
    try {
      PKCS8EncryptedPrivateKeyInfo sealed =
          new PKCS8EncryptedPrivateKeyInfoBuilder(PrivateKeyInfo.getInstance(key.getEncoded()))
              .build(
                  new JcePKCSPBEOutputEncryptorBuilder(
                          new ScryptConfig.Builder(COST, BLOCK, 1)
                              .withSaltLength(SALT_BYTES)
                              .build(),
                          NISTObjectIdentifiers.id_aes256_GCM)
                      .setProvider(PROVIDER)
                      .setRandom(random)
                      .build(passphrase.get().text().toCharArray()));
      KeyFiles.writeSecret(
          file,
          BEGIN
              + "\n"
              + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(sealed.getEncoded())
              + "\n"
              + END
              + "\n");
    } catch (OperatorCreationException broken) {
      throw new IllegalStateException("a key cannot be encrypted", broken);
    }
  }

  /**
   * Reads a key, encrypted or, with a warning, not.
   *
   * @throws IOException also if the passphrase is missing or wrong, naming the file
   */
  static PrivateKey read(Path file, Optional<Passphrase> passphrase) throws IOException {
    String text = KeyFiles.readSecret(file).strip();
    if (!text.startsWith(BEGIN) || !text.endsWith(END)) {
      PrivateKey plain = KeyFiles.readKey(file);
      LOG.log(
          Level.WARNING,
          "the key in {0} is not encrypted at rest: hanse rotate-ca --passphrase-file makes one that is",
          file);
      return plain;
    }
    if (passphrase.isEmpty()) {
      throw new IOException(
          file + " is encrypted: give its passphrase (authority.passphrase, or --passphrase-file)");
    }
    try {
      byte[] der =
          Base64.getMimeDecoder()
              .decode(text.substring(BEGIN.length(), text.length() - END.length()));
      PrivateKeyInfo opened =
          new PKCS8EncryptedPrivateKeyInfo(der)
              .decryptPrivateKeyInfo(
                  new JcePKCSPBEInputDecryptorProviderBuilder()
                      .setProvider(PROVIDER)
                      .build(passphrase.get().text().toCharArray()));
      return KeyFactory.getInstance("EC")
          .generatePrivate(new PKCS8EncodedKeySpec(opened.getEncoded()));
    } catch (PKCSException | GeneralSecurityException | IOException | IllegalArgumentException no) {
      // What exactly failed would help an attacker more than an operator.
      throw new IOException("the passphrase does not open " + file + ", or the file was changed");
    }
  }
}
