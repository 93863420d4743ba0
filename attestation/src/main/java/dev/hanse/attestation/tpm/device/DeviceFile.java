package dev.hanse.attestation.tpm.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The Linux character device {@code /dev/tpmrm0}: one write is a command, one read its response.
 * The kernel's resource manager behind it gives each opener slots of its own and frees them on
 * close, and the driver bounds how long a command may take.
 */
final class DeviceFile implements TpmTransport {
  private final FileChannel channel;

  private DeviceFile(FileChannel channel) {
    this.channel = channel;
  }

  static DeviceFile open(Path path) throws IOException {
    return new DeviceFile(
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  @Override
  public byte[] exchange(byte[] command) throws IOException {
    int written = channel.write(ByteBuffer.wrap(command));
    if (written != command.length) {
      throw new IOException("the TPM took " + written + " of " + command.length + " bytes");
    }
    ByteBuffer response = ByteBuffer.allocate(LIMIT_BYTES);
    int read = channel.read(response);
    if (read <= 0) {
      throw new IOException("the TPM gave no response");
    }
    return Arrays.copyOf(response.array(), read);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
