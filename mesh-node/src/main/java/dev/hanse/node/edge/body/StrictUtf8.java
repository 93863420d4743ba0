package dev.hanse.node.edge.body;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Refuses bytes that are not UTF-8. The JSON parser alone would not do: it guesses UTF-16 and
 * UTF-32 by their zeros and lets overlong forms and lone surrogates through, which an engine may
 * read differently.
 */
final class StrictUtf8 {
  private static final int WINDOW_CHARS = 8192;

  private StrictUtf8() {}

  static void check(byte[] body) throws BodyRejected {
    int first = 0;
    while (first < body.length && body[first] <= ' ' && body[first] >= 0) {
      first++;
    }
    if (first == body.length) {
      throw new BodyRejected(BodyFault.notJson("it is empty."));
    }
    if (first + 1 < body.length && (body[first] == 0 || body[first + 1] == 0)) {
      throw invalid();
    }
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(body);
    CharBuffer window = CharBuffer.allocate(Math.min(body.length, WINDOW_CHARS));
    CoderResult result;
    do {
      window.clear();
      result = decoder.decode(in, window, true);
    } while (result.isOverflow());
    if (result.isError() || body[first] == (byte) 0xEF) {
      throw invalid();
    }
  }

  private static BodyRejected invalid() {
    return new BodyRejected(
        new BodyFault(
            "invalid_utf8", "The request body must be UTF-8 without a byte order mark.", ""));
  }
}
