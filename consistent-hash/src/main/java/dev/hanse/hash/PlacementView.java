package dev.hanse.hash;

import java.util.ArrayList;
import java.util.List;

/**
 * One generation of a placement's members; member indexes hold within it. Take one for a request
 * and keep it no longer: its loads are always the present ones, its members and weights are not.
 * Safe for any thread. Reserving neither locks nor allocates.
 */
public final class PlacementView {
  private final long version;
  private final List<Member> members;
  private final Tier near;
  private final Tier far;
  private final boolean twoTiers;
  private final double spillAbove;

  /**
   * A view of one or two tiers.
   *
   * @param far the same as {@code near} where there is only one
   */
  PlacementView(long version, Tier near, Tier far, double spillAbove) {
    this.version = version;
    this.near = near;
    this.far = far;
    this.twoTiers = near != far;
    this.spillAbove = spillAbove;
    var all = new ArrayList<>(near.table().members());
    if (twoTiers) {
      all.addAll(far.table().members());
    }
    this.members = List.copyOf(all);
  }

  /** Rises by one with each accepted update. */
  public long version() {
    return version;
  }

  /** The members, those of the home zone first, each zone in order of id. */
  public List<Member> members() {
    return members;
  }

  /** The member of an index. */
  public Member member(int memberIndex) {
    return members.get(memberIndex);
  }

  /** Index of the member, or -1. */
  public int indexOf(String id) {
    int index = near.table().indexOf(id);
    if (index >= 0 || !twoTiers) {
      return index;
    }
    int distant = far.table().indexOf(id);
    return distant < 0 ? -1 : far.offset() + distant;
  }

  /** The member a key prefers, whatever its load. */
  public int first(long key) {
    return near.table().first(key);
  }

  /** The member of the home zone a key prefers after {@code rank} others of that zone. */
  public int preference(long key, int rank) {
    return near.table().preference(key, rank);
  }

  /** How many preferences a key has in the home zone. */
  public int ranks() {
    return near.table().ranks();
  }

  /**
   * Reserves tokens on the member the key prefers most among those eligible, below their bound and
   * with room; members of the home zone before all others.
   *
   * @param key the key's hash; should be well mixed
   * @param tokens work the request will be at most: 1 to {@link InFlight#MAX_LEASE_TOKENS}
   * @return a lease, zero or above; or the code of {@link Refusal#FULL}, {@link
   *     Refusal#NONE_ELIGIBLE} or {@link Refusal#LEASES_EXHAUSTED}
   */
  public long tryReserve(long key, long tokens, Eligible eligible) {
    checkTokens(tokens);
    if (!twoTiers) {
      return near.reserve(key, tokens, eligible);
    }
    if (spills(tokens)) {
      long lease = far.reserve(key, tokens, eligible);
      return lease >= 0 ? lease : worse(lease, near.reserve(key, tokens, eligible));
    }
    long lease = near.reserve(key, tokens, eligible);
    return lease >= 0 ? lease : worse(lease, far.reserve(key, tokens, eligible));
  }

  private boolean spills(long tokens) {
    return spillAbove < 1
        && near.tally().total() + tokens > spillAbove * near.capacity()
        && far.tally().total() + tokens <= spillAbove * far.capacity();
  }

  /** The result of the second tier, unless both refuse and the first had eligible members. */
  private static long worse(long first, long second) {
    return second == Refusal.NONE_ELIGIBLE.code() ? first : second;
  }

  private static void checkTokens(long tokens) {
    if (tokens < 1 || tokens > InFlight.MAX_LEASE_TOKENS) {
      throw new IllegalArgumentException("tokens must be 1 to 2^31-1, was " + tokens);
    }
  }

  /**
   * Reserves tokens on one member, for example the one that holds the prompt's prefix, under the
   * bound that would apply to a key that prefers it.
   *
   * @return a lease, zero or above; or the code of {@link Refusal#OVER_BOUND}, {@link Refusal#FULL}
   *     or {@link Refusal#LEASES_EXHAUSTED}
   */
  public long tryReserveOn(int memberIndex, long tokens) {
    return tryReserveOn(memberIndex, tokens, 0);
  }

  /**
   * The same with the bound raised, for a member that is worth waiting for. The hard cap holds as
   * ever.
   *
   * @param raiseTokens by how much; 0 to {@link InFlight#MAX_LEASE_TOKENS}
   */
  public long tryReserveOn(int memberIndex, long tokens, long raiseTokens) {
    checkTokens(tokens);
    if (raiseTokens < 0 || raiseTokens > InFlight.MAX_LEASE_TOKENS) {
      throw new IllegalArgumentException("the bound is raised by 0 to 2^31-1, was " + raiseTokens);
    }
    if (memberIndex < 0 || memberIndex >= members.size()) {
      throw new IndexOutOfBoundsException("member " + memberIndex + " of " + members.size());
    }
    Tier tier = tierOf(memberIndex);
    return tier.reserveOn(memberIndex - tier.offset(), tokens, raiseTokens);
  }

  private Tier tierOf(int memberIndex) {
    return twoTiers && memberIndex >= far.offset() ? far : near;
  }

  /** What {@link #tryReserve} would do now; reserves nothing. */
  public Explanation explain(long key, long tokens, Eligible eligible) {
    checkTokens(tokens);
    var steps = new ArrayList<Explanation.Step>();
    Tier start = twoTiers && spills(tokens) ? far : near;
    ask(start, key, tokens, eligible, steps);
    if (twoTiers) {
      ask(start == near ? far : near, key, tokens, eligible, steps);
    }
    int slot = near.table().slot(key);
    double total = (double) near.exactTotal() + tokens;
    return new Explanation(key, slot, near.ways(key, slot, total), steps);
  }

  private static void ask(
      Tier tier, long key, long tokens, Eligible eligible, List<Explanation.Step> steps) {
    double total = (double) tier.exactTotal() + tokens;
    int slot = tier.table().slot(key);
    for (int rank = 0; rank < tier.table().ranks(); rank++) {
      int member = tier.table().inSlot(slot, rank);
      Seat seat = tier.post(member).seat();
      long load = seat.load();
      long soft = tier.soft(member, total);
      Explanation.Verdict verdict;
      if (!eligible.test(tier.offset() + member)) {
        verdict = Explanation.Verdict.INELIGIBLE;
      } else if (load >= soft) {
        verdict = Explanation.Verdict.OVER_BOUND;
      } else if (tokens > seat.cap() - load) {
        verdict = Explanation.Verdict.OVER_HARD_CAP;
      } else {
        verdict = Explanation.Verdict.ADMITS;
      }
      steps.add(
          new Explanation.Step(
              rank,
              tier.table().members().get(member),
              tier.post(member).local(),
              load,
              soft,
              seat.cap(),
              verdict));
    }
  }

  Snapshot snapshot(int leases) {
    var loads = new ArrayList<Snapshot.MemberLoad>();
    long total = describe(near, loads);
    long digest = near.table().digest();
    if (twoTiers) {
      total += describe(far, loads);
      digest = KeyedHash.mix(digest ^ far.table().digest());
    }
    return new Snapshot(version, digest, total, leases, loads);
  }

  private static long describe(Tier tier, List<Snapshot.MemberLoad> loads) {
    long total = tier.exactTotal();
    SlotTable table = tier.table();
    int[] slots = new int[table.members().size()];
    for (int slot = 0; slot < table.slots(); slot++) {
      slots[table.inSlot(slot, 0)]++;
    }
    for (int i = 0; i < slots.length; i++) {
      Seat seat = tier.post(i).seat();
      loads.add(
          new Snapshot.MemberLoad(
              table.members().get(i),
              tier.post(i).local(),
              (double) slots[i] / table.slots(),
              seat.own(),
              seat.others(),
              tier.soft(i, (double) total)));
    }
    return total;
  }

  Tier near() {
    return near;
  }

  Tier far() {
    return far;
  }
}
