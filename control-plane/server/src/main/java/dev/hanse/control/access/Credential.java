package dev.hanse.control.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A bearer secret with a public name: {@code <kind>-<id>-<secret>}. The id is 60 random bits in
 * base 32, the secret 256 in base64url; the secret being random, a plain SHA-256 of the whole is
 * enough to store.
 *
 * @param text the whole, to be shown once
 */
public record Credential(String id, String text) {
  private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
  private static final int ID_CHARS = 12;
  private static final int SECRET_BYTES = 32;

  /**
   * Makes one.
   *
   * @param kind {@code hk} for a client's key, {@code hj} for a join token
   * @param random must be cryptographically strong outside tests
   */
  public static Credential mint(String kind, RandomGenerator random) {
    StringBuilder id = new StringBuilder(ID_CHARS);
    for (int i = 0; i < ID_CHARS; i++) {
      id.append(BASE32.charAt(random.nextInt(BASE32.length())));
    }
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return new Credential(
        id.toString(),
        kind + "-" + id + "-" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
  }

  /** The id within {@code text}, if it looks like a credential of {@code kind}. */
  public static Optional<String> idOf(String kind, String text) {
    int start = kind.length() + 1;
    int end = start + ID_CHARS;
    return text.length() > end + 1 && text.startsWith(kind + "-") && text.charAt(end) == '-'
        ? Optional.of(text.substring(start, end))
        : Optional.empty();
  }

  /** SHA-256 of the whole. */
  public String sha256Hex() {
    return sha256Hex(text);
  }

  /** SHA-256 of a whole credential as somebody showed it. */
  public static String sha256Hex(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Whether {@code text} has that hash, in a time that does not tell how close it came. */
  public static boolean matches(String text, String sha256Hex) {
    return MessageDigest.isEqual(
        sha256Hex(text).getBytes(StandardCharsets.US_ASCII),
        sha256Hex.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public String toString() {
    return "Credential[id=" + id + "]";
  }
}
