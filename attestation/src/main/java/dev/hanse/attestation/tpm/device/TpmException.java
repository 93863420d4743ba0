package dev.hanse.attestation.tpm.device;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A TPM that cannot be reached, makes no sense, or refused a command. */
public final class TpmException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What went wrong. */
  public enum Kind {
    /** No device, no permission, nobody listening, no answer in time. */
    UNREACHABLE,
    /** An answer that is not one. */
    MALFORMED,
    /** The TPM said no: {@link TpmException#code} tells why. */
    REFUSED
  }

  private final Kind kind;
  private final int code;

  private TpmException(Kind kind, int code, String message, @Nullable Exception cause) {
    super(message, cause);
    this.kind = kind;
    this.code = code;
  }

  static TpmException unreachable(String message, Exception cause) {
    return new TpmException(Kind.UNREACHABLE, 0, message, cause);
  }

  static TpmException malformed(String message) {
    return new TpmException(Kind.MALFORMED, 0, message, null);
  }

  static TpmException refused(TpmCommand.Code command, ResponseCode code) {
    return new TpmException(
        Kind.REFUSED, code.value(), "the TPM refused " + command + ": " + code, null);
  }

  public Kind kind() {
    return kind;
  }

  /** What the TPM answered, where it refused. */
  public Optional<ResponseCode> code() {
    return kind == Kind.REFUSED ? Optional.of(new ResponseCode(code)) : Optional.empty();
  }
}
