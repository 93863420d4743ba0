package dev.hanse.attestation.tpm.device;

import java.io.IOException;

/** Carries commands to one TPM and its answers back, one at a time. Not thread-safe; blocks. */
interface TpmTransport extends AutoCloseable {
  /** The largest command or response of a PC Client TPM (TPM_PT_MAX_COMMAND_SIZE). */
  int LIMIT_BYTES = 4096;

  /**
   * Sends a whole command and returns the whole response.
   *
   * @throws IOException if the TPM is gone, too slow or answers with more than {@link #LIMIT_BYTES}
   */
  byte[] exchange(byte[] command) throws IOException;

  @Override
  void close() throws IOException;
}
