package dev.hanse.attestation.x509;

/**
 * Walks DER without recursion before a parser is let near it: definite lengths in their shortest
 * form, everything inside what it stands in, not too deep, nothing left over.
 */
final class DerShape {
  /** A certificate request nests seven deep. */
  private static final int DEPTH_LIMIT = 16;

  /** Enough for the largest thing read here, a revocation list of 256 KiB. */
  private static final int LENGTH_LIMIT_BYTES = 3;

  private static final int CONSTRUCTED = 0x20;
  private static final int LONG_TAG = 0x1F;
  private static final int LONG_LENGTH = 0x80;

  private final byte[] der;
  private final int[] ends = new int[DEPTH_LIMIT + 1];
  private int depth;
  private int at;

  private DerShape(byte[] der) {
    this.der = der;
  }

  /**
   * Checks that bytes are exactly one DER value.
   *
   * @throws IllegalArgumentException naming what is wrong and where
   */
  static void require(byte[] der) {
    new DerShape(der).walk();
  }

  private void walk() {
    ends[0] = der.length;
    step();
    while (depth > 0) {
      if (at == ends[depth]) {
        depth--;
      } else {
        step();
      }
    }
    if (at != der.length) {
      throw malformed("bytes are left over");
    }
  }

  private void step() {
    int tag = next();
    if ((tag & LONG_TAG) == LONG_TAG) {
      throw malformed("a tag has more than one byte");
    }
    int length = length();
    if (length > ends[depth] - at) {
      throw malformed("a length leads out of its value");
    }
    if ((tag & CONSTRUCTED) == 0) {
      at += length;
      return;
    }
    if (depth == DEPTH_LIMIT) {
      throw malformed("values nest too deep");
    }
    ends[++depth] = at + length;
  }

  private int length() {
    int first = next();
    if (first < LONG_LENGTH) {
      return first;
    }
    int count = first - LONG_LENGTH;
    if (count < 1 || count > LENGTH_LIMIT_BYTES) {
      throw malformed("a length is indefinite or too long");
    }
    int length = 0;
    for (int read = 0; read < count; read++) {
      length = length << Byte.SIZE | next();
    }
    if (length < LONG_LENGTH || length >>> ((count - 1) * Byte.SIZE) == 0) {
      throw malformed("a length is not in its shortest form");
    }
    return length;
  }

  private int next() {
    if (at >= ends[depth]) {
      throw malformed("it ends too soon");
    }
    return Byte.toUnsignedInt(der[at++]);
  }

  private IllegalArgumentException malformed(String problem) {
    return new IllegalArgumentException("not DER: " + problem + " at byte " + at);
  }
}
