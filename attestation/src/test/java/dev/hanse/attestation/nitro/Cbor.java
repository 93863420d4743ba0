package dev.hanse.attestation.nitro;

import dev.hanse.attestation.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes CBOR for tests, definite lengths and shortest forms, and reads any. */
final class Cbor {
  static final Bytes NULL = Bytes.ofHex("f6");

  private Cbor() {}

  static Bytes unsigned(long value) {
    return head(0, value);
  }

  static Bytes bytes(Bytes value) {
    return joined(head(2, value.size()), value);
  }

  static Bytes text(String value) {
    Bytes utf8 = Bytes.copyOf(value.getBytes(StandardCharsets.UTF_8));
    return joined(head(3, utf8.size()), utf8);
  }

  static Bytes array(List<Bytes> elements) {
    return joined(head(4, elements.size()), joined(elements.toArray(Bytes[]::new)));
  }

  static Bytes map(Map<Bytes, Bytes> pairs) {
    Bytes all = Bytes.copyOf(new byte[0]);
    for (Map.Entry<Bytes, Bytes> pair : pairs.entrySet()) {
      all = joined(all, pair.getKey(), pair.getValue());
    }
    return joined(head(5, pairs.size()), all);
  }

  static Bytes head(int type, long argument) {
    String major = "%02x";
    int high = type << 5;
    if (argument >= 0 && argument < 24) {
      return Bytes.ofHex(major.formatted(high | (int) argument));
    }
    if (argument >= 0 && argument < 1 << 8) {
      return Bytes.ofHex((major + "%02x").formatted(high | 24, argument));
    }
    if (argument >= 0 && argument < 1 << 16) {
      return Bytes.ofHex((major + "%04x").formatted(high | 25, argument));
    }
    if (argument >= 0 && argument < 1L << 32) {
      return Bytes.ofHex((major + "%08x").formatted(high | 26, argument));
    }
    return Bytes.ofHex((major + "%016x").formatted(high | 27, argument));
  }

  /**
   * Reads one value, in whatever form: a {@code Long}, {@code Bytes}, {@code String} (of the bytes,
   * Latin 1), {@code List}, {@code Map} or {@code Optional} (null: empty; a tag: its content).
   * Knows nothing of limits: for what a stricter reader took already.
   */
  static Object decoded(ByteBuffer in) {
    int head = Byte.toUnsignedInt(in.get());
    long argument = argument(in, head & 0x1F);
    return switch (head >> 5) {
      case 0 -> argument;
      case 1 -> -1 - argument;
      case 2 -> Bytes.copyOf(content(in, argument));
      case 3 -> new String(content(in, argument), StandardCharsets.ISO_8859_1);
      case 4 -> {
        List<Object> elements = new ArrayList<>();
        for (long i = 0; i < argument; i++) {
          elements.add(decoded(in));
        }
        yield elements;
      }
      case 5 -> {
        Map<Object, Object> pairs = new LinkedHashMap<>();
        for (long i = 0; i < argument; i++) {
          pairs.put(decoded(in), decoded(in));
        }
        yield pairs;
      }
      case 6 -> Optional.of(decoded(in));
      default -> Optional.empty();
    };
  }

  /** Writes again what the value says; equal to what was read if that was the one form. */
  static Bytes again(ByteBuffer in) {
    int head = Byte.toUnsignedInt(in.get());
    long argument = argument(in, head & 0x1F);
    Bytes again = head >> 5 == 7 ? NULL : head(head >> 5, argument);
    long inside =
        switch (head >> 5) {
          case 4, 6 -> head >> 5 == 6 ? 1 : argument;
          case 5 -> 2 * argument;
          default -> 0;
        };
    if (head >> 5 == 2 || head >> 5 == 3) {
      again = joined(again, Bytes.copyOf(content(in, argument)));
    }
    for (long i = 0; i < inside; i++) {
      again = joined(again, again(in));
    }
    return again;
  }

  private static byte[] content(ByteBuffer in, long size) {
    byte[] content = new byte[(int) size];
    in.get(content);
    return content;
  }

  private static long argument(ByteBuffer in, int low) {
    return switch (low) {
      case 24 -> Byte.toUnsignedLong(in.get());
      case 25 -> Short.toUnsignedLong(in.getShort());
      case 26 -> Integer.toUnsignedLong(in.getInt());
      case 27 -> in.getLong();
      default -> low;
    };
  }

  static Bytes joined(Bytes... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Bytes part : parts) {
      out.writeBytes(part.toArray());
    }
    return Bytes.copyOf(out.toByteArray());
  }
}
