package dev.hanse.hash;

import java.util.Collection;

/** Skeleton. */
@SuppressWarnings("DoNotCallSuggester") // signatures only, bodies follow
public final class BoundedLoadPlacement {
  private BoundedLoadPlacement() {}

  public static Builder builder() {
    return new Builder();
  }

  /** Puts new members in force; on a refusal the last good ones stay. */
  public PlacementView update(Collection<Member> members) {
    throw new UnsupportedOperationException(members.toString());
  }

  /** The members in force; throws IllegalStateException before the first update. */
  public PlacementView view() {
    throw new UnsupportedOperationException();
  }

  /** Where a lease was placed; stays true after the member has left. */
  public Member memberOf(long lease) {
    throw new UnsupportedOperationException("" + lease);
  }

  /** Changes what a lease holds; false when it is released already or the hard cap forbids more. */
  public boolean adjust(long lease, long tokens) {
    throw new UnsupportedOperationException("" + lease + tokens);
  }

  /** True the first time, false ever after. */
  public boolean release(long lease) {
    throw new UnsupportedOperationException("" + lease);
  }

  public Snapshot snapshot() {
    throw new UnsupportedOperationException();
  }

  /** Defaults: own account, seed 0, no home zone (all are local), 1.25, up to 4 ways. */
  public static final class Builder {
    private Builder() {}

    public Builder inFlight(InFlight account) {
      var _ = account;
      return this;
    }

    public Builder seed(long clusterSeed) {
      var _ = clusterSeed;
      return this;
    }

    public Builder homeZone(String zone) {
      var _ = zone;
      return this;
    }

    public Builder bound(Bound bound) {
      var _ = bound;
      return this;
    }

    /** Share of the home zone's hard caps in use above which keys may leave it; 1: when full. */
    public Builder spillAbove(double share) {
      var _ = share;
      return this;
    }

    /** Over how many preferences a hot key is spread at most; 1 never splits. */
    public Builder hotKeyWays(int ways) {
      var _ = ways;
      return this;
    }

    public BoundedLoadPlacement build() {
      return new BoundedLoadPlacement();
    }
  }
}
