package dev.hanse.node.identity.collect;

import dev.hanse.attestation.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * The two messages exchanged with a Nitro security module, in CBOR (RFC 8949), as {@code
 * aws-nitro-enclaves-nsm-api} defines them: {@code {"Attestation": {"user_data", "nonce",
 * "public_key"}}} and {@code {"Attestation": {"document"}}} or {@code {"Error": code}}.
 */
final class NsmMessages {
  private static final int NONCE_BYTES = 32;
  private static final int BYTE_STRING = 2;
  private static final int TEXT = 3;
  private static final int MAP = 5;
  private static final int NULL = 0xF6;

  /** As the module names its errors: {@code InvalidArgument}, {@code InternalError} and so on. */
  private static final Pattern ERROR = Pattern.compile("[A-Za-z]{1,40}");

  private NsmMessages() {}

  static byte[] request(Bytes reportData) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    head(out, MAP, 1);
    text(out, "Attestation");
    head(out, MAP, 3);
    text(out, "user_data");
    bytes(out, reportData.toArray());
    text(out, "nonce");
    bytes(out, Arrays.copyOf(reportData.toArray(), NONCE_BYTES));
    text(out, "public_key");
    out.write(NULL);
    return out.toByteArray();
  }

  /**
   * The document of a response.
   *
   * @throws IOException naming the module's own error, or what is wrong with its answer
   */
  static byte[] document(byte[] response) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(response);
    require(length(in, MAP) == 1, "it is no map of one");
    String kind = text(in);
    if (kind.equals("Error")) {
      String code = text(in);
      require(ERROR.matcher(code).matches() && !in.hasRemaining(), "its error is no name");
      throw new IOException("the Nitro security module refused: " + code);
    }
    require(kind.equals("Attestation"), "it answers something that was not asked");
    require(length(in, MAP) == 1 && text(in).equals("document"), "it holds no document");
    byte[] document = take(in, length(in, BYTE_STRING));
    require(document.length > 0, "its document is empty");
    require(!in.hasRemaining(), "bytes follow it");
    return document;
  }

  private static String text(ByteBuffer in) throws IOException {
    return new String(take(in, length(in, TEXT)), StandardCharsets.UTF_8);
  }

  /**
   * The length or count behind a head of the wanted type; definite, at most 16 bits, and in its
   * shortest form as the module writes it.
   */
  private static int length(ByteBuffer in, int type) throws IOException {
    int head = Byte.toUnsignedInt(take(in, 1)[0]);
    require(head >> 5 == type, "an item is of type " + (head >> 5) + ", not " + type);
    int small = head & 0x1F;
    if (small < 24) {
      return small;
    }
    require(small <= 25, "an item is longer than 65535");
    byte[] more = take(in, small == 24 ? 1 : 2);
    int length =
        small == 24
            ? Byte.toUnsignedInt(more[0])
            : Byte.toUnsignedInt(more[0]) << 8 | Byte.toUnsignedInt(more[1]);
    require(length >= (small == 24 ? 24 : 256), "a length is not in its shortest form");
    return length;
  }

  private static byte[] take(ByteBuffer in, int count) throws IOException {
    require(in.remaining() >= count, "it is truncated");
    byte[] taken = new byte[count];
    in.get(taken);
    return taken;
  }

  private static void require(boolean holds, String problem) throws IOException {
    if (!holds) {
      throw new IOException("the Nitro security module's answer cannot be read: " + problem);
    }
  }

  private static void text(ByteArrayOutputStream out, String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    head(out, TEXT, utf8.length);
    out.writeBytes(utf8);
  }

  private static void bytes(ByteArrayOutputStream out, byte[] value) {
    head(out, BYTE_STRING, value.length);
    out.writeBytes(value);
  }

  private static void head(ByteArrayOutputStream out, int type, int value) {
    if (value < 24) {
      out.write(type << 5 | value);
    } else {
      out.write(type << 5 | 24);
      out.write(value);
    }
  }
}
