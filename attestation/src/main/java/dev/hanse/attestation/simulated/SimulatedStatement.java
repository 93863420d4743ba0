package dev.hanse.attestation.simulated;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.VerifiedClaims;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * What a simulated platform signs. Big-endian, fixed order, nothing optional, nothing after it:
 *
 * <pre>
 *   0   1  version, 1
 *   1  15  "hanse-simulated"
 *  16   8  produced at, epoch milliseconds
 *  24  64  report data
 *  88  32  SHA-256 of the platform's SubjectPublicKeyInfo
 * 120   1  n, length of the measurement, 1 to 128
 * 121   n  measurement: a-z 0-9 . : _ + -
 * </pre>
 *
 * The evidence is this and then its 64-byte Ed25519 signature.
 */
record SimulatedStatement(
    Instant producedAt, Bytes reportData, Bytes platform, String measurement) {
  static final int SIGNATURE_BYTES = 64;

  private static final int VERSION = 1;
  private static final byte[] TAG = "hanse-simulated".getBytes(StandardCharsets.US_ASCII);
  private static final int DIGEST_BYTES = 32;
  private static final int FIXED_BYTES =
      1 + TAG.length + Long.BYTES + VerifiedClaims.REPORT_DATA_BYTES + DIGEST_BYTES + 1;

  /** Years 1970 to 9999, beyond which dates cannot stand in a certificate. */
  private static final long LATEST_EPOCH_MILLIS = 253_402_300_799_999L;

  private static final Pattern MEASUREMENT = Pattern.compile("[a-z0-9.:_+-]{1,128}");

  SimulatedStatement {
    if (!MEASUREMENT.matcher(measurement).matches()) {
      throw new IllegalArgumentException(
          "a measurement has 1 to 128 of a-z 0-9 . : _ + -, was \"" + measurement + "\"");
    }
    if (reportData.size() != VerifiedClaims.REPORT_DATA_BYTES || platform.size() != DIGEST_BYTES) {
      throw new IllegalArgumentException("report data has 64 bytes and a platform digest 32");
    }
    long epochMillis = producedAt.toEpochMilli();
    if (epochMillis < 0 || epochMillis > LATEST_EPOCH_MILLIS) {
      throw new IllegalArgumentException("produced at must lie in 1970 to 9999");
    }
  }

  /**
   * Reads a statement and its signature.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  static Signed read(Bytes evidence) {
    byte[] all = evidence.toArray();
    if (all.length < FIXED_BYTES + SIGNATURE_BYTES) {
      throw new IllegalArgumentException("it is truncated, " + all.length + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(all);
    int version = in.get();
    if (version != VERSION) {
      throw new IllegalArgumentException("version must be 1, was " + version);
    }
    if (!Arrays.equals(take(in, TAG.length), TAG)) {
      throw new IllegalArgumentException("it is not tagged hanse-simulated");
    }
    long epochMillis = in.getLong();
    Bytes reportData = Bytes.copyOf(take(in, VerifiedClaims.REPORT_DATA_BYTES));
    Bytes platform = Bytes.copyOf(take(in, DIGEST_BYTES));
    int measurementBytes = Byte.toUnsignedInt(in.get());
    if (all.length != FIXED_BYTES + measurementBytes + SIGNATURE_BYTES) {
      throw new IllegalArgumentException(
          "its length of " + all.length + " does not fit its measurement of " + measurementBytes);
    }
    String measurement = new String(take(in, measurementBytes), StandardCharsets.ISO_8859_1);
    SimulatedStatement statement =
        new SimulatedStatement(
            Instant.ofEpochMilli(epochMillis), reportData, platform, measurement);
    return new Signed(statement, Bytes.copyOf(take(in, SIGNATURE_BYTES)));
  }

  Bytes toBytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(VERSION);
    out.writeBytes(TAG);
    out.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(producedAt.toEpochMilli()).array());
    out.writeBytes(reportData.toArray());
    out.writeBytes(platform.toArray());
    out.write(measurement.length());
    out.writeBytes(measurement.getBytes(StandardCharsets.ISO_8859_1));
    return Bytes.copyOf(out.toByteArray());
  }

  private static byte[] take(ByteBuffer in, int count) {
    byte[] taken = new byte[count];
    in.get(taken);
    return taken;
  }

  /** A statement as received, its signature not checked yet. */
  record Signed(SimulatedStatement statement, Bytes signature) {}
}
