package dev.hanse.node.edge.body;

import io.vertx.core.buffer.Buffer;

/** Takes one field out of a JSON object without touching another byte. */
final class Splice {
  private Splice() {}

  /**
   * The object without the field between {@code from} (its name's first quote) and {@code to} (just
   * after its value), and without the comma that set it apart.
   */
  static Buffer without(byte[] object, int from, int to) {
    if (from == to) {
      return Buffer.buffer(object);
    }
    int start = from - 1;
    while (isSpace(object[start])) {
      start--;
    }
    int end = to;
    if (object[start] != ',') {
      start = from;
      while (isSpace(object[end])) {
        end++;
      }
      if (object[end] == ',') {
        end++;
      }
    }
    return Buffer.buffer(object.length - (end - start))
        .appendBytes(object, 0, start)
        .appendBytes(object, end, object.length - end);
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }
}
