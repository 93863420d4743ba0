package dev.hanse.attestation.tpm.device;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;

/**
 * Reads a TPM's response: its header here, handles and parameters as each command has them. Never
 * leaves the response, whatever it says of its lengths.
 */
final class TpmResponse {
  private TpmResponse() {}

  /** How a command's parameters are read. */
  @FunctionalInterface
  interface Body<T> {
    /**
     * Reads them.
     *
     * @param handle that stood before them; 0 without
     */
    T read(int handle, ByteReader parameters) throws Rejection;
  }

  /**
   * Reads a response to a command.
   *
   * @param handled whether a handle stands before the parameters
   * @param body reads the parameters, exactly
   */
  static <T> T read(byte[] response, TpmCommand command, boolean handled, Body<T> body)
      throws TpmException {
    try {
      ByteReader in = new ByteReader(response);
      int tag = in.u16Be("tag");
      long size = in.u32Be("size");
      ResponseCode code = new ResponseCode((int) in.u32Be("code"));
      if (size != response.length) {
        throw TpmException.malformed(
            "a response of " + response.length + " bytes says it has " + size);
      }
      if (!code.isSuccess()) {
        throw TpmException.refused(command.code(), code);
      }
      if (tag != (command.hasSessions() ? TpmCommand.TAG_SESSIONS : TpmCommand.TAG_PLAIN)) {
        throw TpmException.malformed("a response has the tag 0x" + Integer.toHexString(tag));
      }
      long handle = handled ? in.u32Be("handle") : 0;
      ByteReader parameters = in;
      if (command.hasSessions()) {
        parameters = in.slice(in.u32Be("parameter size"), "parameters");
      }
      T result = body.read((int) handle, parameters);
      parameters.end("the response to " + command.code());
      return result;
    } catch (Rejection malformed) {
      throw TpmException.malformed(
          "the response to " + command.code() + " cannot be read: " + malformed.getMessage());
    }
  }

  static Bytes sized(ByteReader in, String field) throws Rejection {
    return in.bytes(in.u16Be(field + " size"), field);
  }
}
