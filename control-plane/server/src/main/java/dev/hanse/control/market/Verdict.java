package dev.hanse.control.market;

/** What became of a bid. */
public sealed interface Verdict {
  /**
   * It stands.
   *
   * @param fromEpoch the first epoch it applies in
   * @param lastSequence its own
   */
  record Accepted(long fromEpoch, long lastSequence) implements Verdict {}

  /**
   * It does not count.
   *
   * @param lastSequence the highest accepted so far; 0 for none
   */
  record Refused(BidRefusal reason, String message, long lastSequence) implements Verdict {}
}
