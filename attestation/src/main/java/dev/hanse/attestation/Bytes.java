package dev.hanse.attestation;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An immutable run of bytes that compares in time independent of where two of them differ. Not for
 * private keys: it prints itself.
 */
public final class Bytes {
  private static final int PRINTED_BYTES = 64;

  private final byte[] content;

  private Bytes(byte[] content) {
    this.content = content;
  }

  public static Bytes copyOf(byte[] content) {
    return new Bytes(content.clone());
  }

  /** Of an array that nobody else holds: parsers copy what they cut out once and not twice. */
  static Bytes owning(byte[] content) {
    return new Bytes(content);
  }

  /** The array itself, which whoever asks for it must not change. */
  byte[] shared() {
    return content;
  }

  /** Of pieces in their order, as of one run. */
  static Bytes digest(String algorithm, List<Bytes> pieces) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      pieces.forEach(piece -> digest.update(piece.content));
      return new Bytes(digest.digest());
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("this JDK has no " + algorithm, missing);
    }
  }

  /** Reads hexadecimal digits. */
  public static Bytes ofHex(String hex) {
    return new Bytes(HexFormat.of().parseHex(hex));
  }

  /**
   * Reads base64 (RFC 4648, 4) in its one form, white space between its characters apart. The JDK's
   * decoders are content with last characters that have bits to spare, so that one content would
   * have many texts.
   *
   * @throws IllegalArgumentException if it is not base64, or in another form
   */
  public static Bytes ofBase64(String base64) {
    String compact = base64.replaceAll("\\s", "");
    byte[] content = Base64.getDecoder().decode(compact);
    if (!Base64.getEncoder().encodeToString(content).equals(compact)) {
      throw new IllegalArgumentException("base64 in another form than its one");
    }
    return new Bytes(content);
  }

  public byte[] toArray() {
    return content.clone();
  }

  public int size() {
    return content.length;
  }

  public Bytes sha256() {
    return digest("SHA-256", List.of(this));
  }

  public Bytes sha384() {
    return digest("SHA-384", List.of(this));
  }

  public Bytes sha512() {
    return digest("SHA-512", List.of(this));
  }

  public String hex() {
    return HexFormat.of().formatHex(content);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Bytes that && MessageDigest.isEqual(content, that.content);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(content);
  }

  @Override
  public String toString() {
    return content.length <= PRINTED_BYTES ? hex() : content.length + " bytes";
  }
}
