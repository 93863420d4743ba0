package dev.hanse.provider.simulated.answer;

import java.nio.charset.StandardCharsets;

/** Cuts UTF-8 into tokens without cutting characters. */
final class Utf8 {
  private Utf8() {}

  /**
   * The text of tokens {@code from} to {@code to - 1}. A character belongs to the token that
   * completes it.
   *
   * @param length bytes of the text that count; ends between characters
   */
  static String between(byte[] utf8, int length, int from, int to) {
    int begin = border(utf8, length, from * SimulatedTokenizer.BYTES_PER_TOKEN);
    int end = border(utf8, length, to * SimulatedTokenizer.BYTES_PER_TOKEN);
    return new String(utf8, begin, end - begin, StandardCharsets.UTF_8);
  }

  private static int border(byte[] utf8, int length, int offset) {
    if (offset >= length) {
      return length;
    }
    int border = offset;
    while (border > 0 && (utf8[border] & 0xC0) == 0x80) {
      border--;
    }
    return border;
  }
}
