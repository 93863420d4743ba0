package dev.hanse.hash;

/**
 * The account of work in flight: how much each member holds, and every lease that is out. Shared by
 * the placements of one edge (one a model, for example), so that a member's hard cap holds over all
 * of them. Skeleton.
 */
@SuppressWarnings("DoNotCallSuggester") // signatures only, bodies follow
public final class InFlight {
  public InFlight() {
    this(1 << 16);
  }

  public InFlight(int maxLeases) {
    if (maxLeases < 1) {
      throw new IllegalArgumentException("maxLeases must be above zero, was " + maxLeases);
    }
  }

  public void observe(String id, long reportedTokens) {
    throw new UnsupportedOperationException(id + reportedTokens);
  }

  public long tokensOf(String id) {
    throw new UnsupportedOperationException(id);
  }
}
