package dev.hanse.hash;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;

/**
 * Which members each key prefers, in order: weighted rendezvous hashing, tabulated. Immutable.
 *
 * <p>A key's hash selects a slot; the slot lists the {@value #RANKS} members it prefers. Shares of
 * first choices follow the weights. A member that leaves gives up its own slots only; one that
 * joins or gains weight only takes slots, one that loses weight only gives them. Equal members,
 * seed and size give an equal table on every machine, in whatever order the members come and by
 * whatever steps the table was reached. See {@link Visits} for how.
 */
public final class SlotTable implements FirstChoice {
  /** Most members of a table. */
  public static final int MAX_MEMBERS = 4096;

  /** Length of a preference list; shorter only where there are fewer members. */
  public static final int RANKS = 8;

  /** Fewest slots, as a power of two. */
  public static final int MIN_SLOT_BITS = 6;

  /** Most slots, as a power of two. */
  public static final int MAX_SLOT_BITS = 20;

  private static final int MAX_RESHAPED = 2;

  private final List<Member> members;
  private final long seed;
  private final long keySeed;
  private final int slotBits;
  private final PreferenceLists lists;
  private final char[] rows;
  private final char[] firsts;
  private volatile long digest;

  private SlotTable(List<Member> members, long seed, int slotBits, PreferenceLists lists) {
    this.members = members;
    this.seed = seed;
    this.keySeed = KeyedHash.mix(seed ^ 0x6b6579L);
    this.slotBits = slotBits;
    this.lists = lists;
    this.rows = lists.rows;
    this.firsts = new char[1 << slotBits];
    for (int slot = 0; slot < firsts.length; slot++) {
      firsts[slot] = rows[slot * PreferenceLists.KEPT];
    }
  }

  /**
   * A table of 2^16 slots, or 2^18 from 100 members on. A table that must not be reshuffled by the
   * hundredth member states its size.
   */
  public static SlotTable of(Collection<Member> members, long seed) {
    return of(members, seed, members.size() < 100 ? 16 : 18);
  }

  /**
   * A table of the members.
   *
   * @param seed a secret of the cluster, the same on every edge; keeps ids and keys from being
   *     chosen for where they fall
   * @param slotBits size as a power of two, {@value #MIN_SLOT_BITS} to {@value #MAX_SLOT_BITS}; the
   *     share of a member of share p is off by about {@code 1/sqrt(p * slots)} of itself
   * @throws RefusedMembership when there are none, too many, or two of one id
   */
  public static SlotTable of(Collection<Member> members, long seed, int slotBits) {
    if (slotBits < MIN_SLOT_BITS || slotBits > MAX_SLOT_BITS) {
      throw new IllegalArgumentException("slotBits must be 6 to 20, was " + slotBits);
    }
    List<Member> sorted = checked(members);
    return woven(sorted, seed, slotBits);
  }

  private static SlotTable woven(List<Member> sorted, long seed, int slotBits) {
    var lists = weaver(sorted, seed, slotBits).weave(1 << slotBits);
    return new SlotTable(sorted, seed, slotBits, lists);
  }

  /** The members in order of id, if they can be placed on. */
  static List<Member> checked(Collection<Member> members) {
    if (members.isEmpty()) {
      throw new RefusedMembership(RefusedMembership.Reason.EMPTY, "there are no members");
    }
    if (members.size() > MAX_MEMBERS) {
      throw new RefusedMembership(
          RefusedMembership.Reason.TOO_MANY,
          "at most " + MAX_MEMBERS + " members, were " + members.size());
    }
    var ids = new HashSet<String>();
    for (Member member : members) {
      if (!ids.add(member.id())) {
        throw new RefusedMembership(
            RefusedMembership.Reason.DUPLICATE_ID, "two members have the id " + member.id());
      }
    }
    return members.stream().sorted(Comparator.comparing(Member::id)).toList();
  }

  private static Weaver weaver(List<Member> members, long seed, int slotBits) {
    long[] walks = members.stream().mapToLong(m -> KeyedHash.ofName(m.id(), seed)).toArray();
    double[] weights = members.stream().mapToDouble(Member::weight).toArray();
    return new Weaver(slotBits, walks, weights);
  }

  /** The members in order of id; an index in this list is what the lookups return. */
  @Override
  public List<Member> members() {
    return members;
  }

  /** Index of a member, or -1. */
  public int indexOf(String id) {
    int low = 0;
    int high = members.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = members.get(middle).id().compareTo(id);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  /** How many slots there are. */
  public int slots() {
    return firsts.length;
  }

  /** Length of every preference list. */
  public int ranks() {
    return Math.min(RANKS, members.size());
  }

  /** The slot a key's hash falls in. */
  public int slot(long key) {
    long z = (key ^ keySeed) * KeyedHash.GOLDEN;
    return (int) (((z ^ (z >>> 32)) * 0x94d049bb133111ebL) >>> (64 - slotBits));
  }

  /** The name's hash, keyed by the seed. */
  long keyed(String name) {
    return KeyedHash.ofName(name, seed);
  }

  /** The member a key prefers. */
  @Override
  public int first(long key) {
    return firsts[slot(key)];
  }

  /**
   * The member a key would rather have than all but {@code rank} others.
   *
   * @param rank 0 for the first choice, below {@link #ranks}
   */
  public int preference(long key, int rank) {
    if (rank < 0 || rank >= ranks()) {
      throw new IndexOutOfBoundsException("rank " + rank + " of " + ranks());
    }
    return inSlot(slot(key), rank);
  }

  int firstInSlot(int slot) {
    return firsts[slot];
  }

  /** The same for a slot; the rank is not checked. */
  int inSlot(int slot, int rank) {
    return rows[slot * PreferenceLists.KEPT + rank];
  }

  /**
   * A number equal for equal tables, and for unequal ones equal by accident only. Covers the ids
   * and every preference list, not weights and caps.
   */
  public long digest() {
    long known = digest;
    if (known == 0) {
      known = computeDigest();
      digest = known;
    }
    return known;
  }

  private long computeDigest() {
    long hash = slotBits;
    for (Member member : members) {
      hash = KeyedHash.mix(hash ^ KeyedHash.ofName(member.id(), seed));
    }
    int ranks = ranks();
    for (int slot = 0; slot < firsts.length; slot++) {
      long row = 0;
      for (int rank = 0; rank < ranks; rank++) {
        row = row * 0x9ddfea08eb382d69L + inSlot(slot, rank) + 1;
      }
      hash = (hash ^ row) * KeyedHash.GOLDEN;
      hash ^= hash >>> 29;
    }
    return hash == 0 ? 1 : hash;
  }

  /**
   * This table with one member more.
   *
   * @throws RefusedMembership when its id is taken or the table is full
   */
  public SlotTable with(Member member) {
    var more = new ArrayList<>(members);
    more.add(member);
    List<Member> sorted = checked(more);
    int at = sorted.indexOf(member);
    var changed = lists.copy();
    changed.renumber(at, 1);
    weaver(sorted, seed, slotBits).join(changed, at);
    return new SlotTable(sorted, seed, slotBits, changed);
  }

  /**
   * This table with one member less.
   *
   * @throws RefusedMembership when it is not there or the last
   */
  public SlotTable without(String id) {
    int at = existing(id);
    var fewer = new ArrayList<>(members);
    fewer.remove(at);
    List<Member> sorted = checked(fewer);
    var changed = lists.copy();
    weaver(sorted, seed, slotBits).leave(changed, at);
    return new SlotTable(sorted, seed, slotBits, changed);
  }

  /**
   * This table with another weight for one member.
   *
   * @throws RefusedMembership when it is not there or the weight is out of range
   */
  public SlotTable reweighted(String id, double weight) {
    int at = existing(id);
    var changedMembers = new ArrayList<>(members);
    Member old = members.get(at);
    changedMembers.set(at, old.withWeight(weight));
    List<Member> sorted = List.copyOf(changedMembers);
    var changed = lists.copy();
    weaver(sorted, seed, slotBits).reweigh(changed, at, old.weight());
    return new SlotTable(sorted, seed, slotBits, changed);
  }

  private int existing(String id) {
    int at = indexOf(id);
    if (at < 0) {
      throw new RefusedMembership(
          RefusedMembership.Reason.UNKNOWN_ID, "no member has the id " + id);
    }
    return at;
  }

  /**
   * The table of other members, reached from this one where that is quicker than starting anew.
   *
   * @throws RefusedMembership as {@link #of(Collection, long, int)}
   */
  public SlotTable changedTo(Collection<Member> others) {
    List<Member> sorted = checked(others);
    var joining = sorted.stream().filter(m -> indexOf(m.id()) < 0).toList();
    var byId = new HashSet<String>();
    sorted.forEach(m -> byId.add(m.id()));
    var leaving = members.stream().filter(m -> !byId.contains(m.id())).toList();
    var reweighted = sorted.stream().filter(this::hasOtherWeight).toList();
    boolean replaced = !joining.isEmpty() && !leaving.isEmpty();
    if (replaced || joining.size() + leaving.size() + reweighted.size() > MAX_RESHAPED) {
      return woven(sorted, seed, slotBits);
    }
    SlotTable table = this;
    for (Member member : joining) {
      table = table.with(member);
    }
    for (Member member : leaving) {
      table = table.without(member.id());
    }
    for (Member member : reweighted) {
      table = table.reweighted(member.id(), member.weight());
    }
    return table.members.equals(sorted)
        ? table
        : new SlotTable(sorted, seed, slotBits, table.lists);
  }

  private boolean hasOtherWeight(Member member) {
    int at = indexOf(member.id());
    return at >= 0 && members.get(at).weight() != member.weight();
  }
}
