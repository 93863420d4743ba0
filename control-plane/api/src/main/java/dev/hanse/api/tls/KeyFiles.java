package dev.hanse.api.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * Keys and certificates as PEM files. Keys are written readable by their owner only, and are not
 * read if anybody else could have. Blocking.
 */
public final class KeyFiles {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final String KEY_BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String KEY_END = "-----END PRIVATE KEY-----";
  private static final long LIMIT_BYTES = 1024 * 1024;

  private KeyFiles() {}

  /** Writes certificates, replacing what was there. */
  public static void writeCertificates(Path file, List<X509Certificate> certificates)
      throws IOException {
    StringBuilder pem = new StringBuilder();
    for (X509Certificate certificate : certificates) {
      pem.append(pem("CERTIFICATE", encoded(certificate)));
    }
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(draft, pem);
    Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Writes a private key with permissions 0600 from its first byte on.
   *
   * @throws FileAlreadyExistsException rather than replace a key
   */
  public static void writeKey(Path file, PrivateKey key) throws IOException {
    writeSecret(file, pem("PRIVATE KEY", key.getEncoded()));
  }

  /** Writes a text only its owner may read; does not replace one. */
  public static void writeSecret(Path file, String text) throws IOException {
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    if (posix) {
      Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } else {
      Files.createFile(file);
    }
    Files.writeString(file, text, StandardOpenOption.WRITE);
  }

  /**
   * Reads certificates, at least one.
   *
   * @throws IOException also if the file holds none, naming it
   */
  public static List<X509Certificate> readCertificates(Path file) throws IOException {
    byte[] pem = Files.readAllBytes(bounded(file));
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem))) {
        if (certificate instanceof X509Certificate x509) {
          certificates.add(x509);
        }
      }
    } catch (CertificateException broken) {
      throw new IOException(file + " holds no readable certificate", broken);
    }
    if (certificates.isEmpty()) {
      throw new IOException(file + " holds no certificate");
    }
    return certificates;
  }

  /**
   * Reads a P-256 private key.
   *
   * @throws IOException also if others may read the file, or it is not a key
   */
  public static PrivateKey readKey(Path file) throws IOException {
    String text = readSecret(file).strip();
    if (!text.startsWith(KEY_BEGIN) || !text.endsWith(KEY_END)) {
      throw new IOException(file + " must hold one PEM block \"PRIVATE KEY\"");
    }
    try {
      byte[] der =
          Base64.getMimeDecoder()
              .decode(text.substring(KEY_BEGIN.length(), text.length() - KEY_END.length()));
      return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException | IllegalArgumentException broken) {
      throw new IOException(file + " does not hold an EC key in PKCS#8");
    }
  }

  /** Reads a text which nobody but its owner may read. */
  public static String readSecret(Path file) throws IOException {
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    if (posix && !OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
      throw new IOException(file + " can be read by others than its owner; run: chmod 600 " + file);
    }
    return Files.readString(bounded(file), StandardCharsets.US_ASCII);
  }

  private static Path bounded(Path file) throws IOException {
    if (Files.size(file) > LIMIT_BYTES) {
      throw new IOException(file + " is larger than 1 MiB");
    }
    return file;
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException impossible) {
      throw new IllegalStateException("a certificate cannot be encoded", impossible);
    }
  }

  private static String pem(String kind, byte[] der) {
    return "-----BEGIN "
        + kind
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + kind
        + "-----\n";
  }
}
