package dev.hanse.attestation.tpm.device;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * The server channel of {@code swtpm socket --tpm2}, Unix or TCP: raw commands and responses, which
 * say their own length. There is no resource manager behind it.
 */
final class SwtpmSocket implements TpmTransport {
  private static final int HEADER_BYTES = 10;

  private final SocketChannel channel;
  private final Selector selector;
  private final Duration patience;

  private SwtpmSocket(SocketChannel channel, Selector selector, Duration patience) {
    this.channel = channel;
    this.selector = selector;
    this.patience = patience;
  }

  /**
   * Connects.
   *
   * @param patience for one response: making an RSA key takes a TPM seconds
   */
  static SwtpmSocket open(SocketAddress address, Duration patience) throws IOException {
    SocketChannel channel =
        address instanceof UnixDomainSocketAddress
            ? SocketChannel.open(StandardProtocolFamily.UNIX)
            : SocketChannel.open();
    try {
      channel.connect(address);
      channel.configureBlocking(false);
      return new SwtpmSocket(channel, Selector.open(), patience);
    } catch (IOException | RuntimeException failed) {
      channel.close();
      throw failed;
    }
  }

  @Override
  public byte[] exchange(byte[] command) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    ByteBuffer out = ByteBuffer.wrap(command);
    while (out.hasRemaining()) {
      channel.write(out);
      if (out.hasRemaining()) {
        await(SelectionKey.OP_WRITE, deadline);
      }
    }
    ByteBuffer header = filled(ByteBuffer.allocate(HEADER_BYTES), deadline);
    int size = header.getInt(2);
    if (size < HEADER_BYTES || size > LIMIT_BYTES) {
      throw new IOException("the TPM announces a response of " + size + " bytes");
    }
    ByteBuffer response = ByteBuffer.allocate(size);
    response.put(header.flip());
    return filled(response, deadline).array();
  }

  private ByteBuffer filled(ByteBuffer in, long deadline) throws IOException {
    while (in.hasRemaining()) {
      int read = channel.read(in);
      if (read < 0) {
        throw new IOException("the TPM closed the connection");
      }
      if (read == 0) {
        await(SelectionKey.OP_READ, deadline);
      }
    }
    return in;
  }

  private void await(int operation, long deadline) throws IOException {
    long left = (deadline - System.nanoTime()) / 1_000_000;
    if (left <= 0) {
      throw new SocketTimeoutException("the TPM did not answer within " + patience);
    }
    SelectionKey key = channel.register(selector, operation);
    selector.select(left);
    selector.selectedKeys().clear();
    key.interestOps(0);
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }
}
