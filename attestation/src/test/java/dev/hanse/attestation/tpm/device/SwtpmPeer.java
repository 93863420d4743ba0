package dev.hanse.attestation.tpm.device;

import dev.hanse.attestation.Bytes;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Plays a swtpm's socket: reads commands whole, and answers each as it was told. */
final class SwtpmPeer implements AutoCloseable {
  private final ServerSocketChannel server;
  private final UnixDomainSocketAddress address;
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private Future<List<String>> played = thread.submit(() -> List.of());
  private volatile boolean ended;

  SwtpmPeer(Path socket) throws IOException {
    address = UnixDomainSocketAddress.of(socket);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
  }

  SocketAddress address() {
    return address;
  }

  String location() {
    return "unix:" + address.getPath();
  }

  /** Serves one connection: a response a command, and then until it ends. */
  void plays(byte[]... responses) {
    plays(responses, Integer.MAX_VALUE);
  }

  /** As above, with a response in small writes. */
  void playsInPieces(byte[] response) {
    plays(new byte[][] {response}, 3);
  }

  private void plays(byte[][] responses, int atOnceBytes) {
    played =
        thread.submit(() -> {
          List<String> commands = new ArrayList<>();
          try (SocketChannel peer = server.accept()) {
            for (byte[] response : responses) {
              commands.add(command(peer));
              for (int at = 0; at < response.length; at += atOnceBytes) {
                int size = Math.min(atOnceBytes, response.length - at);
                peer.write(ByteBuffer.wrap(response, at, size));
                if (atOnceBytes > response.length) {
                  break;
                }
              }
            }
            ended = peer.read(ByteBuffer.allocate(1)) < 0;
          }
          return commands;
        });
  }

  private static String command(SocketChannel peer) throws IOException {
    ByteBuffer header = filled(peer, ByteBuffer.allocate(10));
    ByteBuffer whole = ByteBuffer.allocate(Math.max(10, header.getInt(2)));
    whole.put(header.flip());
    return Bytes.copyOf(filled(peer, whole).array()).hex();
  }

  private static ByteBuffer filled(SocketChannel peer, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (peer.read(buffer) < 0) {
        throw new IOException("left in the middle of a command");
      }
    }
    return buffer;
  }

  /** What came, in hexadecimal, once the connection ended. */
  List<String> commands() throws Exception {
    return played.get(20, TimeUnit.SECONDS);
  }

  /** Whether who connected left. */
  boolean sawTheEnd() throws Exception {
    played.get(20, TimeUnit.SECONDS);
    return ended;
  }

  @Override
  public void close() throws IOException {
    server.close();
    thread.shutdownNow();
  }
}
