package dev.hanse.attestation.tdx;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.attestation.tpm.eventlog.EventLog;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** Boots a domain as firmware would: measures into its RTMRs and keeps the log. Test only. */
final class ForgedCcel {
  static final long FIRMWARE_BLOB = 0x8000000AL;
  static final long IPL = 0xDL;

  private static final int BANK = 0x0C;
  private static final int RTMRS_AT = 328;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final byte[][] rtmrs = new byte[4][48];

  /** A log without events. */
  ForgedCcel() {
    out.writeBytes(spec(BANK, 48));
  }

  /** What every firmware measures, and a loader. */
  static ForgedCcel booted(boolean secure) {
    return new ForgedCcel()
        .measured(1, FIRMWARE_BLOB, "firmware")
        .measured(1, EventLog.VARIABLE_DRIVER_CONFIG, secureBoot(secure ? 1 : 0))
        .handedOver(1)
        .measured(2, EventLog.EFI_ACTION, "Calling EFI Application from Boot Option")
        .handedOver(2)
        .measured(3, IPL, "kernel");
  }

  ForgedCcel handedOver(int register) {
    return measured(register, EventLog.SEPARATOR, Bytes.copyOf(new byte[4]));
  }

  ForgedCcel measured(int register, long type, String text) {
    return measured(register, type, Bytes.copyOf(text.getBytes(ISO_8859_1)));
  }

  ForgedCcel measured(int register, long type, Bytes data) {
    return measured(register, type, TpmHash.SHA384.of(data), data);
  }

  /** Extends a register by a digest, and says of it whatever. */
  ForgedCcel measured(int register, long type, Bytes digest, Bytes data) {
    extend(register - 1, digest);
    return logged(register, type, digest, data);
  }

  /** Says so and extends nothing. */
  ForgedCcel logged(int register, long type, Bytes digest, Bytes data) {
    out.writeBytes(event(register, type, digest, data));
    return this;
  }

  /** Extends a register and says nothing, as what runs later does. */
  ForgedCcel extend(int rtmr, Bytes digest) {
    byte[] both = Arrays.copyOf(rtmrs[rtmr], 96);
    System.arraycopy(digest.toArray(), 0, both, 48, 48);
    rtmrs[rtmr] = TpmHash.SHA384.of(Bytes.copyOf(both)).toArray();
    return this;
  }

  Bytes toBytes() {
    return Bytes.copyOf(out.toByteArray());
  }

  /** A platform whose domain was booted so. */
  TdxForge forge() {
    TdxForge forge = new TdxForge();
    for (int index = 0; index < rtmrs.length; index++) {
      System.arraycopy(rtmrs[index], 0, forge.body, RTMRS_AT + index * 48, 48);
    }
    return forge;
  }

  /** Its quote and its log. */
  Evidence evidence() {
    return new Evidence("intel-tdx", forge().quote(), List.of(toBytes()));
  }

  static Bytes secureBoot(int value) {
    ByteBuffer variable = ByteBuffer.allocate(53).order(ByteOrder.LITTLE_ENDIAN);
    variable.put(Bytes.ofHex("61dfe48bca93d211aa0d00e098032b8c").toArray());
    variable.putLong(10).putLong(1).put("SecureBoot".getBytes(UTF_16LE)).put((byte) value);
    return Bytes.copyOf(variable.array());
  }

  /** The event that opens a log: of each bank its algorithm and size. */
  static byte[] spec(int... banks) {
    int size = 29 + 2 * banks.length;
    ByteBuffer out = ByteBuffer.allocate(32 + size).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(1).putInt(3).put(new byte[20]).putInt(size);
    out.put("Spec ID Event03\0".getBytes(ISO_8859_1)).putInt(0).putInt(0);
    out.putInt(banks.length / 2);
    for (int field : banks) {
      out.putShort((short) field);
    }
    return out.put((byte) 0).array();
  }

  private static byte[] event(int register, long type, Bytes digest, Bytes data) {
    ByteBuffer out = ByteBuffer.allocate(14 + 48 + 4 + data.size()).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(register).putInt((int) type).putInt(1).putShort((short) BANK);
    return out.put(digest.toArray()).putInt(data.size()).put(data.toArray()).array();
  }
}
