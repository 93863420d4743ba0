package dev.hanse.hash;

/**
 * The caller's own conditions for one request: price, attestation, members that have failed it
 * before. Called on the reserving thread, possibly more than once a member; must not block.
 */
@FunctionalInterface
public interface Eligible {
  /** Every member will do. */
  Eligible ALL = _ -> true;

  /**
   * Whether the request may go there.
   *
   * @param memberIndex index in the {@link PlacementView} the reservation was asked of
   */
  boolean test(int memberIndex);
}
