package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * NVIDIA's own fields of a report, typed. Types and encodings as in NVIDIA/attestation-sdk; fields
 * that are not read here are newer or mean nothing to us, and are signed all the same.
 *
 * @param kind a GPU runs under a driver, a switch tells its posture
 * @param driverVersion of a GPU, for example {@code 550.90.07}
 * @param vbiosVersion for example {@code 96.00.9F.00.01}; of a switch it is text, of a GPU the
 *     first four bytes reversed and the fifth
 * @param board of a GPU, what names its VBIOS's manifest: project, its SKU, the chip's SKU
 * @param chip for example {@code GB100}; Blackwell's name it, Hopper's do not
 * @param firmware the FWID: digest of the firmware that signs, where the report tells it
 * @param videoDecoderOff whether the report says so: measurement 35 is void then
 */
record OpaqueFields(
    GpuStatement.Kind kind,
    Optional<String> driverVersion,
    String vbiosVersion,
    Optional<String> board,
    Optional<String> chip,
    Optional<Bytes> firmware,
    boolean videoDecoderOff) {
  private static final int DRIVER_VERSION = 3;
  private static final int VBIOS_VERSION = 6;
  private static final int NVDEC0_STATUS = 11;
  private static final int CHIP_SKU = 15;
  private static final int PROJECT = 17;
  private static final int PROJECT_SKU = 18;
  private static final int FWID = 20;
  private static final int SWITCH_POSTURE = 23;
  private static final int CHIP_INFO = 35;

  private static final int NVDEC0_DISABLED = 0x55;
  private static final int VBIOS_BYTES = 8;

  private static final Pattern DOTTED = Pattern.compile("\\d{1,6}(\\.\\d{1,6}){1,3}");
  private static final Pattern DOTTED_HEX = Pattern.compile("[0-9A-Fa-f]{2}(\\.[0-9A-Fa-f]{2}){4}");
  private static final Pattern WORD = Pattern.compile("[0-9A-Za-z]{1,16}");

  static OpaqueFields read(Map<Integer, Bytes> fields) throws Rejection {
    return fields.containsKey(DRIVER_VERSION) ? gpu(fields) : nvswitch(fields);
  }

  private static OpaqueFields gpu(Map<Integer, Bytes> fields) throws Rejection {
    byte[] vbios = field(fields, VBIOS_VERSION).toArray();
    require(vbios.length == VBIOS_BYTES, "the VBIOS version has " + vbios.length + " bytes");
    return new OpaqueFields(
        GpuStatement.Kind.GPU,
        Optional.of(text(fields, DRIVER_VERSION, DOTTED)),
        "%02X.%02X.%02X.%02X.%02X".formatted(vbios[3], vbios[2], vbios[1], vbios[0], vbios[4]),
        Optional.of(
            text(fields, PROJECT, WORD)
                + "_"
                + text(fields, PROJECT_SKU, WORD)
                + "_"
                + text(fields, CHIP_SKU, WORD)),
        chip(fields),
        firmware(fields),
        videoDecoderOff(fields));
  }

  private static OpaqueFields nvswitch(Map<Integer, Bytes> fields) throws Rejection {
    require(
        fields.containsKey(SWITCH_POSTURE),
        "there is neither a driver's version nor a switch's posture");
    return new OpaqueFields(
        GpuStatement.Kind.SWITCH,
        Optional.empty(),
        text(fields, VBIOS_VERSION, DOTTED_HEX).toUpperCase(Locale.ROOT),
        Optional.empty(),
        chip(fields),
        firmware(fields),
        videoDecoderOff(fields));
  }

  private static Optional<String> chip(Map<Integer, Bytes> fields) throws Rejection {
    return fields.containsKey(CHIP_INFO)
        ? Optional.of(text(fields, CHIP_INFO, WORD))
        : Optional.empty();
  }

  private static Optional<Bytes> firmware(Map<Integer, Bytes> fields) throws Rejection {
    Optional<Bytes> firmware = Optional.ofNullable(fields.get(FWID));
    require(
        firmware.isEmpty() || firmware.get().size() == SpdmReport.DIGEST_BYTES,
        "the FWID does not have 48 bytes");
    return firmware;
  }

  private static boolean videoDecoderOff(Map<Integer, Bytes> fields) throws Rejection {
    Bytes status = fields.get(NVDEC0_STATUS);
    if (status == null) {
      return false;
    }
    require(status.size() == 1, "the decoder's status does not have one byte");
    return status.toArray()[0] == NVDEC0_DISABLED;
  }

  private static String text(Map<Integer, Bytes> fields, int type, Pattern form) throws Rejection {
    byte[] value = field(fields, type).toArray();
    int end = 0;
    while (end < value.length && value[end] != 0) {
      end++;
    }
    for (int i = end; i < value.length; i++) {
      require(value[i] == 0, "opaque field " + type + " goes on after its end");
    }
    String text = new String(value, 0, end, StandardCharsets.ISO_8859_1);
    require(form.matcher(text).matches(), "opaque field " + type + " is not of its form");
    return text;
  }

  private static Bytes field(Map<Integer, Bytes> fields, int type) throws Rejection {
    Bytes value = fields.get(type);
    if (value == null) {
      throw new Rejection(Stage.PARSE, Reason.OPAQUE, "opaque field " + type + " is missing");
    }
    return value;
  }

  private static void require(boolean holds, String detail) throws Rejection {
    Rejection.unless(holds, Stage.PARSE, Reason.OPAQUE, detail);
  }
}
