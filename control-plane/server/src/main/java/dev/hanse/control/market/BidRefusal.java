package dev.hanse.control.market;

/** Why a bid does not count. The last good one stays in force. */
public enum BidRefusal {
  /** It is not a bid: a field is missing or out of range. */
  MALFORMED("malformed"),
  /** It is another node's than that of the certificate it came with. */
  FOREIGN_NODE("foreign-node"),
  /** The certificate's key did not sign it. */
  BAD_SIGNATURE("bad-signature"),
  /** A later bid was accepted before: a replay, or a clock set back. */
  STALE_SEQUENCE("stale-sequence"),
  /** Two different bids have one sequence. */
  SEQUENCE_REUSED("sequence-reused"),
  /** Its time is over. */
  EXPIRED("expired"),
  /** It ends before the epoch begins that it could first apply in. */
  STALE_EPOCH("stale-epoch"),
  /** It is valid for less than the market's shortest time, or ends before it begins. */
  VALIDITY_TOO_SHORT("validity-too-short"),
  /** It is valid for longer than the market's longest time, or begins that far ahead. */
  VALIDITY_TOO_LONG("validity-too-long"),
  /** It asks for nothing: a share by price has no bound then. */
  ZERO_PRICE("zero-price"),
  /** It asks for more than the mesh pays for the model. */
  ABOVE_RESERVE("above-reserve"),
  /** It is not to be settled below what is more than it asks. */
  FLOOR_ABOVE_PRICE("floor-above-price"),
  /** The node has bid more often in this epoch than any needs to; nothing was checked. */
  TOO_MANY("too-many"),
  /** There is no room for another bid. */
  BOOK_FULL("book-full");

  private final String code;

  BidRefusal(String code) {
    this.code = code;
  }

  /** Stable and machine-readable. */
  public String code() {
    return code;
  }
}
