package dev.hanse.hash;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Places keys on members: each goes to the member it prefers while that is not loaded much above
 * its fair share, else to its next preference, and never to one at its hard cap.
 *
 * <p>Updates are serialised by a lock and build the new generation aside; they take milliseconds,
 * so keep them off event loops. Everything else may be called by any thread, waits for nobody and
 * allocates nothing, {@link #snapshot} and {@link PlacementView#explain} apart.
 */
public final class BoundedLoadPlacement {
  private final long seed;
  private final int slotBits;
  private final @Nullable String homeZone;
  private final Tier.Rules rules;
  private final HotKeys hotKeys = new HotKeys();
  private final Tally nearTally = new Tally();
  private final Tally farTally = new Tally();

  /** Posts of the members in force; guarded by this. */
  private Map<String, Post> posts = new HashMap<>();

  private volatile @Nullable PlacementView view;

  private BoundedLoadPlacement(Builder builder) {
    this.seed = builder.seed;
    this.slotBits = builder.slotBits;
    this.homeZone = builder.homeZone;
    this.rules =
        new Tier.Rules(
            builder.account, builder.bound, builder.fairShare, builder.spillAbove, builder.hotWays);
  }

  /** A placement with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Puts new members in force. Leases that are out stay valid, those of members that left as well.
   * Where only few members have changed, only their slots are worked over.
   *
   * @return the view of the new members
   * @throws RefusedMembership when they cannot be placed on; the last good ones stay in force
   */
  public synchronized PlacementView update(Collection<Member> members) {
    if (members.isEmpty()) {
      throw new RefusedMembership(RefusedMembership.Reason.EMPTY, "there are no members");
    }
    var local = members.stream().filter(this::isLocal).toList();
    var remote = members.stream().filter(m -> !isLocal(m)).toList();
    checkDistinct(local, remote);
    PlacementView old = view;
    boolean two = !local.isEmpty() && !remote.isEmpty();
    SlotTable nearTable =
        table(old == null ? null : old.near().table(), local.isEmpty() ? remote : local);
    SlotTable farTable = two ? table(old == null ? null : old.far().table(), remote) : nearTable;

    var kept = new HashMap<String, Post>();
    Tier near = tier(nearTable, 0, nearTally, kept);
    Tier far = two ? tier(farTable, nearTable.members().size(), farTally, kept) : near;
    retire(kept);
    posts = kept;
    long version = old == null ? 1 : old.version() + 1;
    var updated = new PlacementView(version, near, far, rules.spillAbove());
    view = updated;
    nearTally.expire();
    farTally.expire();
    return updated;
  }

  private boolean isLocal(Member member) {
    return homeZone == null || homeZone.equals(member.zone());
  }

  private static void checkDistinct(List<Member> local, List<Member> remote) {
    var ids = new HashMap<String, Member>();
    local.forEach(m -> ids.put(m.id(), m));
    for (Member member : remote) {
      if (ids.containsKey(member.id())) {
        throw new RefusedMembership(
            RefusedMembership.Reason.DUPLICATE_ID, "two members have the id " + member.id());
      }
    }
  }

  private SlotTable table(@Nullable SlotTable old, List<Member> members) {
    return old == null ? SlotTable.of(members, seed, slotBits) : old.changedTo(members);
  }

  private Tier tier(SlotTable table, int offset, Tally tally, Map<String, Post> kept) {
    var inOrder = new ArrayList<Post>();
    for (Member member : table.members()) {
      Post known = posts.get(member.id());
      Seat seat = rules.account().list(member);
      Post post;
      if (known != null && known.isOf(tally)) {
        known.describe(member);
        rules.account().unlist(seat);
        post = known;
      } else {
        post = new Post(member, seat, tally, isLocal(member));
      }
      kept.put(member.id(), post);
      inOrder.add(post);
    }
    return new Tier(table, inOrder, offset, tally, rules, hotKeys);
  }

  private void retire(Map<String, Post> kept) {
    for (Post post : posts.values()) {
      if (kept.get(post.member().id()) != post) {
        rules.account().retire(post);
      }
    }
  }

  /**
   * The members in force.
   *
   * @throws IllegalStateException before the first accepted update
   */
  public PlacementView view() {
    PlacementView now = view;
    if (now == null) {
      throw new IllegalStateException("no members have been put in force yet");
    }
    return now;
  }

  /** Whether an update has been accepted yet. */
  public boolean isReady() {
    return view != null;
  }

  /**
   * Where a lease is placed; stays true after the member has left.
   *
   * @throws IllegalStateException when the lease is released
   */
  public Member memberOf(long lease) {
    return rules.account().memberOf(lease);
  }

  /** {@link InFlight#adjust}. */
  public boolean adjust(long lease, long tokens) {
    return rules.account().adjust(lease, tokens);
  }

  /** {@link InFlight#release}. */
  public boolean release(long lease) {
    return rules.account().release(lease);
  }

  /** {@link InFlight#observe}. */
  public boolean observe(String id, long reportedTokens) {
    return rules.account().observe(id, reportedTokens);
  }

  /**
   * The members, their shares and loads. For people and metrics: it counts every slot and lease.
   */
  public Snapshot snapshot() {
    return view().snapshot(rules.account().leases());
  }

  /** How a placement is set up. */
  public static final class Builder {
    private InFlight account = new InFlight();
    private long seed;
    private int slotBits = 16;
    private @Nullable String homeZone;
    private Bound bound = Bound.DEFAULT;
    private FairShare fairShare = FairShare.WEIGHT;
    private double spillAbove = 1;
    private int hotWays = 4;

    private Builder() {}

    /** The account its leases are in; one of its own by default. */
    public Builder inFlight(InFlight shared) {
      this.account = shared;
      return this;
    }

    /** See {@link SlotTable#of(Collection, long, int)}; 0 by default. */
    public Builder seed(long clusterSeed) {
      this.seed = clusterSeed;
      return this;
    }

    /**
     * Size of the tables as a power of two, the same on every edge. 16 by default; 18 suits from
     * about 100 members on. Fixed for life: another size sends nearly every key elsewhere.
     */
    public Builder slotBits(int bits) {
      if (bits < SlotTable.MIN_SLOT_BITS || bits > SlotTable.MAX_SLOT_BITS) {
        throw new IllegalArgumentException("slotBits must be 6 to 20, was " + bits);
      }
      this.slotBits = bits;
      return this;
    }

    /** The zone whose members come first; without one all are equally near. */
    public Builder homeZone(String zone) {
      this.homeZone = zone;
      return this;
    }

    /** How far above its fair share a member may be loaded. */
    public Builder bound(Bound newBound) {
      this.bound = newBound;
      return this;
    }

    /** What that fair share is in proportion to; weight by default. */
    public Builder fairShare(FairShare of) {
      this.fairShare = of;
      return this;
    }

    /**
     * Share of the home zone's hard caps in use above which keys leave it, as long as the others
     * are below theirs; above 0. 1, the default: only when nobody at home has room.
     */
    public Builder spillAbove(double share) {
      if (!(share > 0 && share <= 1)) {
        throw new IllegalArgumentException("spillAbove must be above 0, at most 1, was " + share);
      }
      this.spillAbove = share;
      return this;
    }

    /** Over how many preferences a hot key is spread at most, 1 (never) to 8; 4 by default. */
    public Builder hotKeyWays(int ways) {
      if (ways < 1 || ways > SlotTable.RANKS) {
        throw new IllegalArgumentException("hotKeyWays must be 1 to 8, was " + ways);
      }
      this.hotWays = ways;
      return this;
    }

    /** A placement without members yet. */
    public BoundedLoadPlacement build() {
      return new BoundedLoadPlacement(this);
    }
  }
}
