package dev.hanse.node.edge;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A socket that speaks HTTP/1.1 as well or as badly as a test wants. */
final class RawClient implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;

  RawClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(10_000);
    socket.setTcpNoDelay(true);
    in = socket.getInputStream();
  }

  RawClient send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  RawClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  RawClient post(String path, String body) throws IOException {
    return post(path, EdgeUnderTest.KEY, body.getBytes(StandardCharsets.UTF_8));
  }

  RawClient post(String path, String key, byte[] body, String... headers) throws IOException {
    StringBuilder head = new StringBuilder();
    head.append("POST ").append(path).append(" HTTP/1.1\r\nhost: edge\r\n");
    head.append("content-type: application/json\r\n");
    head.append("authorization: Bearer ").append(key).append("\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    head.append("content-length: ").append(body.length).append("\r\n\r\n");
    return send(head.toString()).send(body);
  }

  RawClient get(String path) throws IOException {
    return send(
        "GET "
            + path
            + " HTTP/1.1\r\nhost: edge\r\nauthorization: Bearer "
            + EdgeUnderTest.KEY
            + "\r\n\r\n");
  }

  /** No more bytes will come from this side. */
  RawClient halfClose() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /** Reads status and headers. */
  Head head() throws IOException {
    String status = line();
    Map<String, String> headers = new TreeMap<>();
    for (String header = line(); !header.isEmpty(); header = line()) {
      int colon = header.indexOf(':');
      headers.put(
          header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).strip());
    }
    return new Head(status, headers);
  }

  /** Reads a whole response with a content-length. */
  Response response() throws IOException {
    Head head = head();
    int length = Integer.parseInt(head.headers.getOrDefault("content-length", "0"));
    byte[] body = in.readNBytes(length);
    return new Response(head, new String(body, StandardCharsets.UTF_8));
  }

  /** Reads one chunk of a chunked body; the last one is empty. */
  String chunk() throws IOException {
    int length = Integer.parseInt(line(), 16);
    String chunk = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    line();
    return chunk;
  }

  /** Reads chunks until the body or the connection ends; then the last one is {@code <cut>}. */
  List<String> chunks() throws IOException {
    List<String> all = new ArrayList<>();
    try {
      while (true) {
        String chunk = chunk();
        if (chunk.isEmpty()) {
          return all;
        }
        all.add(chunk);
      }
    } catch (EOFException | SocketException _) {
      all.add("<cut>");
      return all;
    }
  }

  /** Whether the other side has closed, waiting for it as long as the socket's timeout. */
  boolean isClosedByPeer() throws IOException {
    try {
      return in.read() < 0;
    } catch (SocketException _) {
      return true;
    }
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("closed after \"" + line.toString(StandardCharsets.UTF_8) + "\"");
      }
      if (b == '\n') {
        return line.toString(StandardCharsets.UTF_8);
      }
      if (b != '\r') {
        line.write(b);
      }
    }
  }

  Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** A response's status line and headers. */
  record Head(String statusLine, Map<String, String> headers) {
    int status() {
      return Integer.parseInt(statusLine.substring(9, 12));
    }

    String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  /** A whole response. */
  record Response(Head head, String body) {
    int status() {
      return head.status();
    }
  }
}
