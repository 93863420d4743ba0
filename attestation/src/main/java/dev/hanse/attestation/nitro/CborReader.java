package dev.hanse.attestation.nitro;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads CBOR (RFC 8949) of which one form only is taken: definite lengths in their shortest
 * encoding. The whole is walked before anything of it is read, without recursion and without
 * allocating by a length that was only claimed: every length fits what is left, nothing nests
 * deeper than {@value #DEPTH_LIMIT}, nothing follows the one value. Not thread-safe.
 *
 * <p>Any other form says the same to one reader and something else to the next.
 */
final class CborReader {
  /** A tag, an array, a map, a value: what an attestation document needs. */
  static final int DEPTH_LIMIT = 4;

  private static final int UNSIGNED = 0;
  private static final int NEGATIVE = 1;
  private static final int BYTES = 2;
  private static final int TEXT = 3;
  private static final int ARRAY = 4;
  private static final int MAP = 5;
  private static final int TAG = 6;
  private static final int SIMPLE = 7;

  private static final int NULL = 0xF6;
  private static final int ONE_BYTE = 24;
  private static final int EIGHT_BYTES = 27;
  private static final int INDEFINITE = 31;

  private final byte[] content;
  private int at;

  private CborReader(byte[] content) {
    this.content = content;
  }

  /**
   * Walks bytes that are to be one CBOR value, and starts at its beginning.
   *
   * @throws Rejection with {@code LENGTH}, {@code DEPTH}, {@code NON_DETERMINISTIC}, {@code TYPE}
   *     or {@code TRAILING}
   */
  static CborReader of(Bytes cbor) throws Rejection {
    byte[] content = cbor.toArray();
    new CborReader(content).walk();
    return new CborReader(content);
  }

  /** Passes over a tag of this number if it is next. */
  void skipTag(int number) {
    if (at < content.length && Byte.toUnsignedInt(content[at]) == (TAG << 5 | number)) {
      at++;
    }
  }

  /** The number of elements of an array that comes next. */
  long array(String field) throws Rejection {
    return head(ARRAY, Reason.STRUCTURE, field);
  }

  /** The number of pairs of a map that comes next. */
  long map(String field) throws Rejection {
    return head(MAP, Reason.STRUCTURE, field);
  }

  /** A number; negative where it is 2^63 or above. */
  long unsigned(String field) throws Rejection {
    return head(UNSIGNED, Reason.TYPE, field);
  }

  Bytes bytes(Reason otherwise, String field) throws Rejection {
    int size = (int) head(BYTES, otherwise, field);
    byte[] taken = new byte[size];
    System.arraycopy(content, at, taken, 0, size);
    at += size;
    return Bytes.copyOf(taken);
  }

  String text(String field) throws Rejection {
    int size = (int) head(TEXT, Reason.TYPE, field);
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content, at, size)).toString();
      at += size;
      return text;
    } catch (CharacterCodingException broken) {
      throw new Rejection(Stage.PARSE, Reason.TYPE, field + " is not UTF-8");
    }
  }

  /** Passes over a null if it is next. */
  boolean skipNull() {
    boolean isNull = at < content.length && Byte.toUnsignedInt(content[at]) == NULL;
    at += isNull ? 1 : 0;
    return isNull;
  }

  private long head(int wanted, Reason otherwise, String field) throws Rejection {
    Rejection.unless(
        at < content.length && (content[at] & 0xFF) >> 5 == wanted,
        Stage.PARSE,
        otherwise,
        field + " is not of the type it must be");
    return argument(Byte.toUnsignedInt(content[at++]) & 0x1F);
  }

  private void walk() throws Rejection {
    long[] left = new long[DEPTH_LIMIT + 1];
    int depth = 0;
    left[0] = 1;
    while (true) {
      while (depth > 0 && left[depth] == 0) {
        depth--;
      }
      if (left[depth] == 0) {
        break;
      }
      left[depth]--;
      long inside = step();
      if (inside > 0) {
        Rejection.unless(
            depth < DEPTH_LIMIT,
            Stage.PARSE,
            Reason.DEPTH,
            "values nest deeper than " + DEPTH_LIMIT);
        left[++depth] = inside;
      }
    }
    Rejection.unless(
        at == content.length,
        Stage.PARSE,
        Reason.TRAILING,
        (content.length - at) + " bytes follow the value");
  }

  /** Passes over one head, and the content of a string; says how many values stand inside. */
  private long step() throws Rejection {
    need(1);
    int head = Byte.toUnsignedInt(content[at++]);
    int type = head >> 5;
    if (type == SIMPLE) {
      Rejection.unless(
          head == NULL,
          Stage.PARSE,
          Reason.TYPE,
          "the only simple value is null, found 0x" + Integer.toHexString(head));
      return 0;
    }
    long argument = argument(head & 0x1F);
    return switch (type) {
      case UNSIGNED, NEGATIVE -> 0;
      case BYTES, TEXT -> {
        need(argument);
        at += (int) argument;
        yield 0;
      }
      case ARRAY -> {
        need(argument);
        yield argument;
      }
      case MAP -> {
        need(argument);
        need(argument * 2);
        yield argument * 2;
      }
      default -> 1;
    };
  }

  /** A head's number: its low five bits, or the bytes they announce. */
  private long argument(int low) throws Rejection {
    if (low < ONE_BYTE) {
      return low;
    }
    Rejection.unless(
        low <= EIGHT_BYTES,
        Stage.PARSE,
        Reason.LENGTH,
        low == INDEFINITE ? "a length is indefinite" : "a length has a reserved form");
    int size = 1 << (low - ONE_BYTE);
    need(size);
    long value = 0;
    for (int read = 0; read < size; read++) {
      value = value << Byte.SIZE | Byte.toUnsignedLong(content[at++]);
    }
    long fitsShorter = size == 1 ? ONE_BYTE : 1L << (size * Byte.SIZE / 2);
    Rejection.unless(
        Long.compareUnsigned(value, fitsShorter) >= 0,
        Stage.PARSE,
        Reason.NON_DETERMINISTIC,
        "a number is not in its shortest form");
    return value;
  }

  private void need(long count) throws Rejection {
    Rejection.unless(
        count >= 0 && count <= content.length - at,
        Stage.PARSE,
        Reason.LENGTH,
        "a value needs "
            + Long.toUnsignedString(count)
            + " bytes, "
            + (content.length - at)
            + " are left");
  }
}
