package dev.hanse.api.wire;

/**
 * A message breaks the contract. Names the field by its path in the message, for example {@code
 * members[3].member.offers[0].price.input_micros_per_mtok}, and says what is wrong with it.
 */
public final class WireException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final String field;
  private final String reason;

  WireException(String field, String reason) {
    super(field + ": " + reason);
    this.field = field;
    this.reason = reason;
  }

  /** The field's path, in the words of the proto. */
  public String field() {
    return field;
  }

  public String reason() {
    return reason;
  }

  /** The same complaint, seen from the message that holds the one complained of. */
  WireException within(String parent) {
    return new WireException(parent + "." + field, reason);
  }
}
