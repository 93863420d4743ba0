package dev.hanse.attestation;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Builds what is hashed or signed so that no two different lists of fields give the same bytes:
 * every field is its length (4 bytes, big-endian) and then itself, and the first field is a label
 * naming what is being encoded and in which version.
 */
public final class Encoding {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Starts with the label, for example {@code hanse/report-data/v1}. */
  public Encoding(String label) {
    field(label.getBytes(StandardCharsets.US_ASCII));
  }

  public Encoding bytes(Bytes value) {
    return field(value.toArray());
  }

  public Encoding text(String value) {
    return field(value.getBytes(StandardCharsets.UTF_8));
  }

  /** A number, as a field of 4 bytes. */
  public Encoding count(int value) {
    writeInt(Integer.BYTES);
    writeInt(value);
    return this;
  }

  public Bytes toBytes() {
    return Bytes.copyOf(out.toByteArray());
  }

  public Bytes sha256() {
    return toBytes().sha256();
  }

  public Bytes sha512() {
    return toBytes().sha512();
  }

  private Encoding field(byte[] value) {
    writeInt(value.length);
    out.writeBytes(value);
    return this;
  }

  private void writeInt(int value) {
    out.write(value >>> 24);
    out.write(value >>> 16);
    out.write(value >>> 8);
    out.write(value);
  }
}
