package dev.hanse.hash;

import java.util.List;

/** One generation of a placement's members; indexes hold within it. Skeleton. */
public interface PlacementView {
  long version();

  List<Member> members();

  Member member(int memberIndex);

  /** Index of the member, or -1. */
  int indexOf(String id);

  /** The member the key prefers, whatever its load. */
  int first(long key);

  /** A lease, zero or above, or the code of a {@link Refusal}. */
  long tryReserve(long key, long tokens, Eligible eligible);

  /** The same on one member alone; {@link Refusal#OVER_BOUND} when it may not take it. */
  long tryReserveOn(int memberIndex, long tokens);

  Explanation explain(long key, long tokens, Eligible eligible);
}
