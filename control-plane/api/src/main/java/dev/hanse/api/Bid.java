package dev.hanse.api;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What a node asks for one model, for a time. It stands until it expires or a bid of a higher
 * sequence replaces it.
 *
 * @param floor nothing is settled below it, component by component
 * @param validFrom 1970 to 9999, in whole milliseconds: anything finer is cut off
 * @param validUntil exclusive; as {@code validFrom}
 * @param sequence rises with each new bid of the node for the model, over restarts too; above 0
 */
public record Bid(
    NodeId node,
    ModelId model,
    Price price,
    Price floor,
    Instant validFrom,
    Instant validUntil,
    long sequence) {
  private static final String LABEL = "hanse/bid/v1";
  private static final Instant YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z");

  public Bid {
    validFrom = checked("validFrom", validFrom);
    validUntil = checked("validUntil", validUntil);
    if (sequence <= 0) {
      throw new IllegalArgumentException("sequence must be above 0, was " + sequence);
    }
  }

  private static Instant checked(String which, Instant instant) {
    if (instant.isBefore(Instant.EPOCH) || !instant.isBefore(YEAR_10000)) {
      throw new IllegalArgumentException(which + " must be 1970 to 9999, was " + instant);
    }
    return instant.truncatedTo(ChronoUnit.MILLIS);
  }

  /**
   * What is signed: a label, then every field, each behind its length (4 bytes, big-endian); text
   * in UTF-8, numbers in 8 bytes. No two bids have the same bytes, and no bytes of another purpose
   * are a bid's.
   */
  public byte[] canonical() {
    var out = new ByteArrayOutputStream();
    text(out, LABEL);
    text(out, node.toString());
    text(out, model.value());
    price(out, price);
    price(out, floor);
    number(out, validFrom.toEpochMilli());
    number(out, validUntil.toEpochMilli());
    number(out, sequence);
    return out.toByteArray();
  }

  private static void price(ByteArrayOutputStream out, Price price) {
    number(out, price.inputMicrosPerMtok());
    number(out, price.cachedInputMicrosPerMtok());
    number(out, price.outputMicrosPerMtok());
  }

  private static void text(ByteArrayOutputStream out, String text) {
    field(out, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void number(ByteArrayOutputStream out, long number) {
    field(out, ByteBuffer.allocate(Long.BYTES).putLong(number).array());
  }

  private static void field(ByteArrayOutputStream out, byte[] content) {
    out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(content.length).array());
    out.writeBytes(content);
  }
}
