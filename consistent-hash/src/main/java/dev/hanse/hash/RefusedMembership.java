package dev.hanse.hash;

/**
 * A membership that cannot be placed on. Whoever throws it has changed nothing: the last good table
 * stays in force.
 */
public final class RefusedMembership extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final Reason reason;

  RefusedMembership(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** What is wrong with it. */
  public Reason reason() {
    return reason;
  }

  /** What can be wrong with a membership. */
  public enum Reason {
    /** There is no member at all. */
    EMPTY,
    /** More than {@link SlotTable#MAX_MEMBERS}. */
    TOO_MANY,
    /** Two members have one id. */
    DUPLICATE_ID,
    /** A member is named that is not there. */
    UNKNOWN_ID,
    /** An id is empty or white space. */
    BLANK_ID,
    /** A weight is zero, negative, infinite or not a number. */
    WEIGHT_OUT_OF_RANGE,
    /** A capacity is zero or negative. */
    CAPACITY_OUT_OF_RANGE
  }
}
