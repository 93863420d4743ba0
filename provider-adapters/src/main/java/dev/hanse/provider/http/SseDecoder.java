package dev.hanse.provider.http;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads server-sent events from bytes that arrive in any portions.
 *
 * <p>Follows the HTML standard, section 9.2.6 "Interpreting an event stream": lines end in LF, CR
 * or CRLF, a byte-order mark may come first, several data lines are joined by LF, comments and
 * unknown fields are ignored, and an event without data is not one. What it adds is a bound.
 *
 * <p>Not thread-safe. After {@link #stop}, and after a failure, further bytes are ignored.
 */
public final class SseDecoder {
  /**
   * One event.
   *
   * @param type its {@code event} field, empty where it has none
   * @param data its data without the last line end
   */
  public record SseEvent(String type, Buffer data) {}

  /** Takes the events in their order. */
  @FunctionalInterface
  public interface Events {
    void event(SseEvent event);
  }

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final int maxEventBytes;
  private final Events events;
  private byte[] line = new byte[512];
  private int lineBytes;
  private byte[] data = new byte[512];
  private int dataBytes;
  private boolean dataSeen;
  private String type = "";
  private boolean afterCarriageReturn;
  private int markBytes;
  private boolean stopped;

  /**
   * A decoder at the start of a stream.
   *
   * @param maxEventBytes the most bytes an event may hold, and a line as well
   */
  public SseDecoder(int maxEventBytes, Events events) {
    this.maxEventBytes = maxEventBytes;
    this.events = events;
  }

  /**
   * Reads on, and reports every event completed by these bytes.
   *
   * @throws MalformedAnswer when an event outgrows its bound
   */
  public void feed(Buffer bytes) throws MalformedAnswer {
    byte[] input = bytes.getBytes();
    int from = skipMark(input);
    if (from < input.length && afterCarriageReturn) {
      afterCarriageReturn = false;
      if (input[from] == '\n') {
        from++;
      }
    }
    int start = from;
    for (int i = from; i < input.length && !stopped; i++) {
      byte b = input[i];
      if (b != '\n' && b != '\r') {
        continue;
      }
      endLine(input, start, i);
      if (b == '\r') {
        if (i + 1 == input.length) {
          afterCarriageReturn = true;
        } else if (input[i + 1] == '\n') {
          i++;
        }
      }
      start = i + 1;
    }
    if (!stopped && start < input.length) {
      keepPart(input, start, input.length);
    }
  }

  /**
   * What was begun and not ended by an empty line when the bytes stopped. The standard drops it;
   * some engines leave out their last empty line, so the caller may look.
   */
  public Optional<SseEvent> unfinished() throws MalformedAnswer {
    if (lineBytes > 0 && !stopped) {
      field(line, 0, lineBytes);
      lineBytes = 0;
    }
    return !stopped && dataSeen && dataBytes > 0 ? Optional.of(take()) : Optional.empty();
  }

  /** Ignores all that follows, also within the bytes being read. */
  public void stop() {
    stopped = true;
  }

  private int skipMark(byte[] input) {
    int i = 0;
    while (markBytes >= 0 && i < input.length) {
      if (markBytes < BYTE_ORDER_MARK.length && input[i] == BYTE_ORDER_MARK[markBytes]) {
        markBytes++;
        i++;
        if (markBytes == BYTE_ORDER_MARK.length) {
          markBytes = -1;
        }
      } else {
        // Not a mark after all: what looked like one belongs to the first line.
        System.arraycopy(BYTE_ORDER_MARK, 0, line, 0, markBytes);
        lineBytes = markBytes;
        markBytes = -1;
      }
    }
    return i;
  }

  private void endLine(byte[] input, int from, int to) throws MalformedAnswer {
    if (lineBytes > 0) {
      keepPart(input, from, to);
      int length = lineBytes;
      lineBytes = 0;
      field(line, 0, length);
    } else if (from < to) {
      field(input, from, to);
    } else {
      dispatch();
    }
  }

  private void dispatch() {
    if (dataSeen && dataBytes > 0) {
      events.event(take());
    } else {
      reset();
    }
  }

  private SseEvent take() {
    SseEvent event = new SseEvent(type, Buffer.buffer(Arrays.copyOf(data, dataBytes)));
    reset();
    return event;
  }

  private void reset() {
    type = "";
    dataBytes = 0;
    dataSeen = false;
  }

  private void field(byte[] source, int from, int to) throws MalformedAnswer {
    int colon = from;
    while (colon < to && source[colon] != ':') {
      colon++;
    }
    int value = Math.min(colon + 1, to);
    if (value < to && source[value] == ' ') {
      value++;
    }
    int nameBytes = colon - from;
    if (nameBytes == 4 && matches(source, from, "data")) {
      appendData(source, value, to);
    } else if (nameBytes == 5 && matches(source, from, "event")) {
      requireRoom(to - value);
      type = new String(source, value, to - value, StandardCharsets.UTF_8);
    }
  }

  private void appendData(byte[] source, int from, int to) throws MalformedAnswer {
    int separator = dataSeen ? 1 : 0;
    requireRoom((long) dataBytes + separator + (to - from));
    data = grown(data, dataBytes + separator + (to - from));
    if (dataSeen) {
      data[dataBytes++] = '\n';
    }
    System.arraycopy(source, from, data, dataBytes, to - from);
    dataBytes += to - from;
    dataSeen = true;
  }

  private void keepPart(byte[] input, int from, int to) throws MalformedAnswer {
    requireRoom((long) lineBytes + (to - from));
    line = grown(line, lineBytes + (to - from));
    System.arraycopy(input, from, line, lineBytes, to - from);
    lineBytes += to - from;
  }

  private void requireRoom(long bytes) throws MalformedAnswer {
    if (bytes > maxEventBytes) {
      stopped = true;
      throw new MalformedAnswer("an event is longer than " + maxEventBytes + " bytes");
    }
  }

  private static byte[] grown(byte[] array, int bytes) {
    return bytes <= array.length
        ? array
        : Arrays.copyOf(array, Math.max(bytes, (int) Math.min(2L * array.length, 1 << 30)));
  }

  private static boolean matches(byte[] source, int from, String name) {
    for (int i = 0; i < name.length(); i++) {
      if (source[from + i] != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
