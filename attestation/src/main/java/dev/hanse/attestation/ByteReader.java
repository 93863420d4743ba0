package dev.hanse.attestation;

/**
 * Reads fields off untrusted bytes, in order, without ever leaving them: every length is checked
 * before anything is allocated, in arithmetic that cannot overflow. Not thread-safe.
 */
public final class ByteReader {
  private final byte[] content;
  private final int end;
  private int at;

  public ByteReader(Bytes content) {
    this(content.shared());
  }

  /** Reads an array that the caller no longer changes. */
  public ByteReader(byte[] content) {
    this(content, 0, content.length);
  }

  private ByteReader(byte[] content, int from, int end) {
    this.content = content;
    this.at = from;
    this.end = end;
  }

  public int position() {
    return at;
  }

  public int remaining() {
    return end - at;
  }

  /** One byte, 0 to 255. */
  public int u8(String field) throws Rejection {
    need(1, field);
    return Byte.toUnsignedInt(content[at++]);
  }

  public int u16Be(String field) throws Rejection {
    return (int) big(2, field);
  }

  public long u32Be(String field) throws Rejection {
    return big(4, field);
  }

  /** All 64 bits; negative where the first is set. */
  public long u64Be(String field) throws Rejection {
    return big(8, field);
  }

  public int u16Le(String field) throws Rejection {
    return (int) little(2, field);
  }

  public long u32Le(String field) throws Rejection {
    return little(4, field);
  }

  /** All 64 bits; negative where the last is set. */
  public long u64Le(String field) throws Rejection {
    return little(8, field);
  }

  /**
   * A run of bytes.
   *
   * @param count as the evidence gave it: anything out of what remains is refused
   */
  public Bytes bytes(long count, String field) throws Rejection {
    need(count, field);
    byte[] taken = new byte[(int) count];
    System.arraycopy(content, at, taken, 0, taken.length);
    at += taken.length;
    return Bytes.owning(taken);
  }

  /** A reader of the next bytes alone, which this one passes over. */
  public ByteReader slice(long count, String field) throws Rejection {
    need(count, field);
    ByteReader slice = new ByteReader(content, at, at + (int) count);
    at += (int) count;
    return slice;
  }

  public void skip(long count, String field) throws Rejection {
    need(count, field);
    at += (int) count;
  }

  /** Bytes that are reserved. */
  public void zeros(int count, String field) throws Rejection {
    need(count, field);
    for (int left = count; left > 0; left--) {
      Rejection.unless(
          content[at++] == 0, Stage.PARSE, Reason.RESERVED, field + " is reserved and not zero");
    }
  }

  /** Nothing may follow. */
  public void end(String what) throws Rejection {
    Rejection.unless(
        at == end, Stage.PARSE, Reason.TRAILING, what + " has " + (end - at) + " bytes left over");
  }

  private long big(int size, String field) throws Rejection {
    need(size, field);
    long value = 0;
    for (int i = 0; i < size; i++) {
      value = value << Byte.SIZE | Byte.toUnsignedLong(content[at++]);
    }
    return value;
  }

  private long little(int size, String field) throws Rejection {
    need(size, field);
    long value = 0;
    for (int i = 0; i < size; i++) {
      value |= Byte.toUnsignedLong(content[at++]) << (i * Byte.SIZE);
    }
    return value;
  }

  private void need(long count, String field) throws Rejection {
    Rejection.unless(
        count >= 0 && count <= end - at,
        Stage.PARSE,
        Reason.LENGTH,
        field + " needs " + count + " bytes, " + (end - at) + " are left");
  }
}
