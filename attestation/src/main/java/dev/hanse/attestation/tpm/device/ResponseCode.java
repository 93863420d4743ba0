package dev.hanse.attestation.tpm.device;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a TPM answered, in the words of its specification: TPM_RC (TPM 2.0 Library, part 2, 6.6).
 *
 * @param value as it came
 */
public record ResponseCode(int value) {
  public static final ResponseCode SUCCESS = new ResponseCode(0);

  private static final int FORMAT_ONE = 0x080;
  private static final int PARAMETER = 0x040;

  /** Those that come without a handle, session or parameter to blame. */
  private static final Map<Integer, String> PLAIN =
      Map.ofEntries(
          Map.entry(0x01E, "BAD_TAG"),
          Map.entry(0x100, "INITIALIZE"),
          Map.entry(0x101, "FAILURE"),
          Map.entry(0x120, "DISABLED"),
          Map.entry(0x124, "AUTH_MISSING"),
          Map.entry(0x125, "AUTH_MISSING"),
          Map.entry(0x126, "POLICY"),
          Map.entry(0x127, "PCR"),
          Map.entry(0x12D, "UPGRADE"),
          Map.entry(0x12F, "AUTH_UNAVAILABLE"),
          Map.entry(0x142, "COMMAND_SIZE"),
          Map.entry(0x143, "COMMAND_CODE"),
          Map.entry(0x144, "AUTHSIZE"),
          Map.entry(0x145, "AUTH_CONTEXT"),
          Map.entry(0x146, "NV_RANGE"),
          Map.entry(0x148, "NV_LOCKED"),
          Map.entry(0x149, "NV_AUTHORIZATION"),
          Map.entry(0x14A, "NV_UNINITIALIZED"),
          Map.entry(0x901, "CONTEXT_GAP"),
          Map.entry(0x902, "OBJECT_MEMORY"),
          Map.entry(0x903, "SESSION_MEMORY"),
          Map.entry(0x904, "MEMORY"),
          Map.entry(0x905, "SESSION_HANDLES"),
          Map.entry(0x906, "OBJECT_HANDLES"),
          Map.entry(0x907, "LOCALITY"),
          Map.entry(0x908, "YIELDED"),
          Map.entry(0x909, "CANCELED"),
          Map.entry(0x90A, "TESTING"),
          Map.entry(0x920, "NV_RATE"),
          Map.entry(0x921, "LOCKOUT"),
          Map.entry(0x922, "RETRY"),
          Map.entry(0x923, "NV_UNAVAILABLE"));

  /** Those that blame one, without its number. */
  private static final Map<Integer, String> BLAMING =
      Map.ofEntries(
          Map.entry(0x01, "ASYMMETRIC"),
          Map.entry(0x02, "ATTRIBUTES"),
          Map.entry(0x03, "HASH"),
          Map.entry(0x04, "VALUE"),
          Map.entry(0x05, "HIERARCHY"),
          Map.entry(0x07, "KEY_SIZE"),
          Map.entry(0x08, "MGF"),
          Map.entry(0x09, "MODE"),
          Map.entry(0x0A, "TYPE"),
          Map.entry(0x0B, "HANDLE"),
          Map.entry(0x0C, "KDF"),
          Map.entry(0x0D, "RANGE"),
          Map.entry(0x0E, "AUTH_FAIL"),
          Map.entry(0x0F, "NONCE"),
          Map.entry(0x10, "PP"),
          Map.entry(0x12, "SCHEME"),
          Map.entry(0x15, "SIZE"),
          Map.entry(0x16, "SYMMETRIC"),
          Map.entry(0x17, "TAG"),
          Map.entry(0x18, "SELECTOR"),
          Map.entry(0x1A, "INSUFFICIENT"),
          Map.entry(0x1B, "SIGNATURE"),
          Map.entry(0x1C, "KEY"),
          Map.entry(0x1D, "POLICY_FAIL"),
          Map.entry(0x1F, "INTEGRITY"),
          Map.entry(0x20, "TICKET"),
          Map.entry(0x21, "RESERVED_BITS"),
          Map.entry(0x22, "BAD_AUTH"),
          Map.entry(0x23, "EXPIRED"),
          Map.entry(0x24, "POLICY_CC"),
          Map.entry(0x25, "BINDING"),
          Map.entry(0x26, "CURVE"),
          Map.entry(0x27, "ECC_POINT"));

  public boolean isSuccess() {
    return value == 0;
  }

  /** Whether the same command may go well a little later. */
  public boolean mayRetry() {
    return value == 0x908 || value == 0x90A || value == 0x920 || value == 0x922;
  }

  /** Whether a handle was given that names nothing, such as an NV index nobody defined. */
  boolean isNoSuchHandle() {
    return (value & FORMAT_ONE) != 0 && (value & PARAMETER) == 0 && (value & 0x3F) == 0x0B;
  }

  /** For example {@code TPM_RC_VALUE (parameter 2), 0x2C4}. */
  @Override
  public String toString() {
    String hex = ", 0x" + Integer.toHexString(value).toUpperCase(Locale.ROOT);
    if (value == 0) {
      return "TPM_RC_SUCCESS";
    }
    if ((value & FORMAT_ONE) == 0) {
      return "TPM_RC_" + Optional.ofNullable(PLAIN.get(value)).orElse("UNKNOWN") + hex;
    }
    int number = value >>> 8 & 0xF;
    String blamed =
        (value & PARAMETER) != 0
            ? "parameter " + number
            : (number & 0x8) != 0 ? "session " + (number & 0x7) : "handle " + number;
    return "TPM_RC_"
        + Optional.ofNullable(BLAMING.get(value & 0x3F)).orElse("UNKNOWN")
        + " ("
        + blamed
        + ")"
        + hex;
  }
}
