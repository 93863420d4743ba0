package dev.hanse.attestation.tpm.device;

import dev.hanse.attestation.Bytes;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A command as it goes to a TPM: tag, size and code, then handles, authorisations and parameters
 * (TPM 2.0 Library, part 1, 18). Big-endian. Not thread-safe.
 */
final class TpmCommand {
  /** TPM_CC of the commands used here. */
  enum Code {
    CREATE_PRIMARY(0x131),
    STARTUP(0x144),
    ACTIVATE_CREDENTIAL(0x147),
    NV_READ(0x14E),
    POLICY_SECRET(0x151),
    QUOTE(0x158),
    FLUSH_CONTEXT(0x165),
    NV_READ_PUBLIC(0x169),
    START_AUTH_SESSION(0x176),
    GET_CAPABILITY(0x17A),
    GET_RANDOM(0x17B),
    PCR_READ(0x17E),
    PCR_EXTEND(0x182);

    private final int value;

    Code(int value) {
      this.value = value;
    }

    /** By its name in the specification. */
    @Override
    public String toString() {
      return "TPM2_" + name();
    }
  }

  static final int TAG_PLAIN = 0x8001;
  static final int TAG_SESSIONS = 0x8002;

  private static final int PASSWORD = 0x40000009;
  private static final int HEADER_BYTES = 10;
  private static final int CONTINUE_SESSION = 1;

  private final Code code;
  private final List<Integer> handles = new ArrayList<>();
  private final List<Integer> sessions = new ArrayList<>();
  private final ByteBuffer parameters = ByteBuffer.allocate(TpmTransport.LIMIT_BYTES / 2);

  TpmCommand(Code code) {
    this.code = code;
  }

  Code code() {
    return code;
  }

  boolean hasSessions() {
    return !sessions.isEmpty();
  }

  TpmCommand handle(int handle) {
    handles.add(handle);
    return this;
  }

  /** A handle used by the right of an empty password. */
  TpmCommand passwordHandle(int handle) {
    sessions.add(PASSWORD);
    return handle(handle);
  }

  /** A handle used by the right of a policy session. */
  TpmCommand policyHandle(int handle, int session) {
    sessions.add(session);
    return handle(handle);
  }

  TpmCommand u8(int value) {
    parameters.put((byte) value);
    return this;
  }

  TpmCommand u16(int value) {
    parameters.putShort((short) value);
    return this;
  }

  TpmCommand u32(long value) {
    parameters.putInt((int) value);
    return this;
  }

  TpmCommand raw(byte[] content) {
    parameters.put(content);
    return this;
  }

  /**
   * A TPM2B.
   *
   * @throws BufferOverflowException if it is larger than any a TPM takes
   */
  TpmCommand sized(Bytes content) {
    return u16(content.size()).raw(content.toArray());
  }

  byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(TpmTransport.LIMIT_BYTES);
    out.putShort((short) (hasSessions() ? TAG_SESSIONS : TAG_PLAIN)).putInt(0).putInt(code.value);
    handles.forEach(out::putInt);
    if (hasSessions()) {
      // Each: handle, no nonce, attributes, no HMAC.
      out.putInt(sessions.size() * (4 + 2 + 1 + 2));
      for (int session : sessions) {
        out.putInt(session).putShort((short) 0).put((byte) CONTINUE_SESSION).putShort((short) 0);
      }
    }
    out.put(parameters.array(), 0, parameters.position());
    out.putInt(2, out.position());
    return Arrays.copyOf(out.array(), Math.max(HEADER_BYTES, out.position()));
  }
}
