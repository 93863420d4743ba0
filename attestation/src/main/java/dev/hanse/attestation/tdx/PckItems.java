package dev.hanse.attestation.tdx;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One SEQUENCE of pairs of an OBJECT IDENTIFIER and a value, which is all the PCK extension is made
 * of. DER by hand: each name once, shortest lengths, nothing left over, and no recursion as only
 * known names are looked into.
 */
final class PckItems {
  private static final int OCTET_STRING = 0x04;
  private static final int INTEGER = 0x02;
  private static final int OBJECT_IDENTIFIER = 0x06;
  private static final int SEQUENCE = 0x30;

  /** 1.2.840.113741.1.13.1. */
  private static final String ARC = "2a864886f84d010d01";

  private final Map<Integer, Item> items = new HashMap<>();
  private final String arc;

  private PckItems(Bytes content, String arc) throws Rejection {
    this.arc = arc;
    ByteReader in = new ByteReader(content);
    while (in.remaining() > 0) {
      ByteReader pair = new ByteReader(item(in).of(SEQUENCE));
      int name = name(item(pair).of(OBJECT_IDENTIFIER));
      Item value = item(pair);
      pair.end("a pair");
      require(items.put(name, value) == null, "it has part " + name + " twice");
    }
  }

  /** Reads an extension's value as a certificate holds it: in an OCTET STRING. */
  static PckItems ofExtension(byte @Nullable [] value) throws Rejection {
    if (value == null) {
      throw refused("it is missing");
    }
    try {
      return new PckItems(whole(whole(Bytes.copyOf(value), OCTET_STRING), SEQUENCE), ARC);
    } catch (Rejection malformed) {
      throw malformed(malformed);
    }
  }

  PckItems nested(int name) throws Rejection {
    try {
      return new PckItems(find(name).of(SEQUENCE), arc + "%02x".formatted(name));
    } catch (Rejection malformed) {
      throw malformed(malformed);
    }
  }

  boolean has(int name) {
    return items.containsKey(name);
  }

  Bytes octets(int name, int size) throws Rejection {
    Bytes octets = find(name).of(OCTET_STRING);
    require(octets.size() == size, "part " + name + " has " + octets.size() + " bytes");
    return octets;
  }

  int number(int name, int limit) throws Rejection {
    byte[] content = find(name).of(INTEGER).toArray();
    require(content.length > 0 && content.length <= 3, "part " + name + " is no small number");
    BigInteger value = new BigInteger(content);
    require(
        value.toByteArray().length == content.length
            && value.signum() >= 0
            && value.intValue() <= limit,
        "part " + name + " is out of range or not in its shortest form");
    return value.intValue();
  }

  private Item find(int name) throws Rejection {
    Item item = items.get(name);
    if (item == null) {
      throw refused("it has no part " + name);
    }
    return item;
  }

  private int name(Bytes identifier) throws Rejection {
    String hex = identifier.hex();
    require(
        hex.length() == arc.length() + 2 && hex.startsWith(arc), "it has a part of another arc");
    return Integer.parseInt(hex, arc.length(), hex.length(), 16);
  }

  private static Bytes whole(Bytes der, int tag) throws Rejection {
    ByteReader in = new ByteReader(der);
    Bytes content = item(in).of(tag);
    in.end("the extension");
    return content;
  }

  private static Item item(ByteReader in) throws Rejection {
    int tag = in.u8("tag");
    int length = in.u8("length");
    if (length >= 0x80) {
      require(length == 0x81 || length == 0x82, "a length is indefinite or too long");
      boolean two = length == 0x82;
      length = two ? in.u16Be("length") : in.u8("length");
      require(length >= (two ? 0x100 : 0x80), "a length is not in its shortest form");
    }
    return new Item(tag, in.bytes(length, "value"));
  }

  private static Rejection malformed(Rejection cause) {
    return cause.refusal().reason() == Reason.PCK_EXTENSION
        ? cause
        : refused(cause.refusal().detail());
  }

  private static Rejection refused(String detail) {
    return new Rejection(Stage.ENDORSEMENT, Reason.PCK_EXTENSION, "SGX extension: " + detail);
  }

  private static void require(boolean holds, String detail) throws Rejection {
    if (!holds) {
      throw refused(detail);
    }
  }

  private record Item(int tag, Bytes content) {
    Bytes of(int wanted) throws Rejection {
      require(tag == wanted, "a value has tag " + tag + " where " + wanted + " stands");
      return content;
    }
  }
}
