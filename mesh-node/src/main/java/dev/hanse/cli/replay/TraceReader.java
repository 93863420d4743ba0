package dev.hanse.cli.replay;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Reads traces. Every line is bounded, so no file can exhaust the memory before it is refused. */
public final class TraceReader {
  private static final int LONGEST_LINE_BYTES = 1 << 20;
  private static final int MOST_BAD_LINES = 100_000;
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final Optional<TraceFormat> format;
  private final int tokensPerBlock;
  private final long limit;
  private final List<TraceRequest> requests = new ArrayList<>();
  private final List<Trace.BadLine> badLines = new ArrayList<>();
  private Optional<LineParser> parser = Optional.empty();

  /**
   * A reader for one trace.
   *
   * @param format empty to judge by the first line
   * @param limit the most requests to read; 0 for all
   */
  private TraceReader(Optional<TraceFormat> format, int tokensPerBlock, long limit) {
    this.format = format;
    this.tokensPerBlock = tokensPerBlock;
    this.limit = limit == 0 ? Long.MAX_VALUE : limit;
  }

  /** Reads a trace until its end, the limit, or the stream fails. Bad lines are collected. */
  public static Trace read(
      InputStream in, Optional<TraceFormat> format, int tokensPerBlock, long limit)
      throws IOException {
    return new TraceReader(format, tokensPerBlock, limit).read(in);
  }

  private Trace read(InputStream in) throws IOException {
    BufferedInputStream bytes = new BufferedInputStream(in, 1 << 16);
    for (long number = 1; requests.size() < limit; number++) {
      Line line = line(bytes);
      try {
        accept(number, line);
      } catch (BadLineException e) {
        badLines.add(new Trace.BadLine(number, e.reason()));
        if (badLines.size() > MOST_BAD_LINES) {
          throw new IOException("more than " + MOST_BAD_LINES + " bad lines: not a trace");
        }
      }
      if (line.last()) {
        break;
      }
    }
    requests.sort(Comparator.comparing(TraceRequest::offset));
    Duration first = requests.isEmpty() ? Duration.ZERO : requests.getFirst().offset();
    return new Trace(requests.stream().map(request -> request.since(first)).toList(), badLines);
  }

  private void accept(long number, Line line) throws BadLineException {
    String text = line.text();
    if (number == 1 && text.startsWith(BYTE_ORDER_MARK)) {
      text = text.substring(1);
    }
    if (text.isBlank()) {
      return;
    }
    boolean first = parser.isEmpty();
    LineParser lines = parser.orElse(format.orElse(TraceFormat.of(text)).parser(tokensPerBlock));
    parser = Optional.of(lines);
    if (!first || !lines.isHeading(text)) {
      requests.add(lines.parse(number, text));
    }
  }

  private record Line(String content, boolean last, Optional<String> fault) {
    String text() throws BadLineException {
      if (fault.isPresent()) {
        throw new BadLineException(fault.get());
      }
      return content;
    }
  }

  private static Line line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    int b = in.read();
    boolean tooLong = false;
    for (; b >= 0 && b != '\n'; b = in.read()) {
      tooLong |= line.size() >= LONGEST_LINE_BYTES;
      if (!tooLong) {
        line.write(b);
      }
    }
    boolean last = b < 0;
    if (tooLong) {
      return new Line("", last, Optional.of("longer than " + LONGEST_LINE_BYTES + " bytes"));
    }
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(line.toByteArray()))
              .toString();
      return new Line(text, last, Optional.empty());
    } catch (CharacterCodingException e) {
      return new Line("", last, Optional.of("not valid UTF-8"));
    }
  }
}
