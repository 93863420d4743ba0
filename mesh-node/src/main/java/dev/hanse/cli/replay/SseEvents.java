package dev.hanse.cli.replay;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Cuts a byte stream into server-sent events and hands out their data, whatever pieces it arrives
 * in (WHATWG HTML, section 9.2). Comments and fields other than {@code data} are skipped.
 */
final class SseEvents {
  private static final int MOST_BYTES = 16 << 20;

  private final Consumer<String> onData;
  private final StringBuilder data = new StringBuilder();
  private Buffer rest = Buffer.buffer();
  private boolean any;

  SseEvents(Consumer<String> onData) {
    this.onData = onData;
  }

  /**
   * Takes the next piece.
   *
   * @throws IllegalStateException for an event beyond 16 MiB
   */
  void feed(Buffer piece) {
    Buffer bytes = rest.length() == 0 ? piece : rest.appendBuffer(piece);
    int begin = 0;
    for (int i = 0; i < bytes.length(); i++) {
      if (bytes.getByte(i) == '\n') {
        int end = i > begin && bytes.getByte(i - 1) == '\r' ? i - 1 : i;
        line(bytes.getString(begin, end, StandardCharsets.UTF_8.name()));
        begin = i + 1;
      }
    }
    rest = Buffer.buffer().appendBuffer(bytes, begin, bytes.length() - begin);
    if (rest.length() + data.length() > MOST_BYTES) {
      throw new IllegalStateException("an event of more than " + MOST_BYTES + " bytes");
    }
  }

  private void line(String line) {
    if (line.isEmpty()) {
      if (any) {
        String event = data.toString();
        data.setLength(0);
        any = false;
        onData.accept(event);
      }
    } else if (line.startsWith("data:")) {
      if (any) {
        data.append('\n');
      }
      any = true;
      data.append(line, line.startsWith("data: ") ? 6 : 5, line.length());
    }
  }
}
