package dev.hanse.attestation;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds what is hashed or signed so that no two different lists of fields give the same bytes:
 * every field is its length (4 bytes, big-endian) and then itself, and the first field is a label
 * naming what is being encoded and in which version.
 */
public final class Encoding {
  private final List<Bytes> pieces = new ArrayList<>();

  /** Starts with the label, for example {@code hanse/report-data/v1}. */
  public Encoding(String label) {
    field(Bytes.owning(label.getBytes(StandardCharsets.US_ASCII)));
  }

  public Encoding bytes(Bytes value) {
    return field(value);
  }

  public Encoding text(String value) {
    return field(Bytes.owning(value.getBytes(StandardCharsets.UTF_8)));
  }

  /** A number, as a field of 4 bytes. */
  public Encoding count(int value) {
    return field(number(value));
  }

  public Bytes toBytes() {
    ByteArrayOutputStream out =
        new ByteArrayOutputStream(pieces.stream().mapToInt(Bytes::size).sum());
    pieces.forEach(piece -> out.writeBytes(piece.shared()));
    return Bytes.owning(out.toByteArray());
  }

  public Bytes sha256() {
    return Bytes.digest("SHA-256", pieces);
  }

  public Bytes sha512() {
    return Bytes.digest("SHA-512", pieces);
  }

  private Encoding field(Bytes value) {
    pieces.add(number(value.size()));
    pieces.add(value);
    return this;
  }

  private static Bytes number(int value) {
    return Bytes.owning(
        new byte[] {
          (byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value
        });
  }
}
