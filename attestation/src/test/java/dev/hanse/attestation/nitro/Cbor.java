package dev.hanse.attestation.nitro;

import dev.hanse.attestation.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Writes CBOR for tests: definite lengths, shortest forms. */
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

  static Bytes joined(Bytes... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Bytes part : parts) {
      out.writeBytes(part.toArray());
    }
    return Bytes.copyOf(out.toByteArray());
  }
}
