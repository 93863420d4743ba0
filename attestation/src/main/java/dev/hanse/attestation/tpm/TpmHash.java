package dev.hanse.attestation.tpm;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Optional;

/** The hashes of TPM structures and PCR banks (TCG Algorithm Registry 1.34, table 3). */
public enum TpmHash {
  /** For reading old logs and naming what is refused: nothing rests on it. */
  SHA1(0x0004, 20, "SHA-1"),
  SHA256(0x000B, 32, "SHA-256"),
  SHA384(0x000C, 48, "SHA-384"),
  SHA512(0x000D, 64, "SHA-512");

  private final int code;
  private final int bytes;
  private final String algorithm;

  TpmHash(int code, int bytes, String algorithm) {
    this.code = code;
    this.bytes = bytes;
    this.algorithm = algorithm;
  }

  /** The TPM_ALG_ID. */
  public int code() {
    return code;
  }

  /** Size of a digest. */
  public int bytes() {
    return bytes;
  }

  /** Its name for a {@link MessageDigest}. */
  public String algorithm() {
    return algorithm;
  }

  /** Its name for a {@code Mac}. */
  public String hmacAlgorithm() {
    return "Hmac" + algorithm.replace("-", "");
  }

  /** As policies and logs call its bank: {@code sha256}. */
  public String bank() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** A fresh digest; not thread-safe. */
  public MessageDigest digest() {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("this JDK has no " + algorithm, missing);
    }
  }

  /** The digest of some bytes. */
  public Bytes of(Bytes content) {
    return Bytes.copyOf(digest().digest(content.toArray()));
  }

  public static Optional<TpmHash> find(long code) {
    for (TpmHash hash : values()) {
      if (hash.code == code) {
        return Optional.of(hash);
      }
    }
    return Optional.empty();
  }

  /**
   * By its TPM_ALG_ID.
   *
   * @param otherwise why to refuse one that is unknown
   */
  static TpmHash of(int code, Reason otherwise, String field) throws Rejection {
    Optional<TpmHash> found = find(code);
    if (found.isEmpty()) {
      throw new Rejection(
          Stage.PARSE, otherwise, field + " names the hash 0x" + Integer.toHexString(code));
    }
    return found.get();
  }
}
