package dev.hanse.hash;

import java.util.Collection;
import java.util.List;

/**
 * Maglev's table [1], for comparison: the members take turns, as often as their weight says, to
 * fill the next free slot of their own permutation. Shares are near perfect and a look-up is one
 * load, but a change moves more keys than it must, and there is no second choice.
 *
 * <p>[1] Eisenbud et al., "Maglev: a fast and reliable software network load balancer", NSDI 2016.
 */
public final class Maglev implements FirstChoice {
  /** A prime, as the permutations need: the paper's small table. */
  private static final int SLOTS = 65_537;

  private final List<Member> members;
  private final long keySeed;
  private final char[] owners = new char[SLOTS];

  private Maglev(List<Member> members, long seed) {
    this.members = members;
    this.keySeed = KeyedHash.mix(seed);
    fill(seed);
  }

  /**
   * A table of the members.
   *
   * @throws RefusedMembership as {@link SlotTable#of(Collection, long)}
   */
  public static Maglev of(Collection<Member> members, long seed) {
    return new Maglev(SlotTable.checked(members), seed);
  }

  private void fill(long seed) {
    int count = members.size();
    long[] at = new long[count];
    long[] skip = new long[count];
    double heaviest = 0;
    for (int i = 0; i < count; i++) {
      long name = KeyedHash.ofName(members.get(i).id(), seed);
      at[i] = Long.remainderUnsigned(name, SLOTS);
      skip[i] = Long.remainderUnsigned(KeyedHash.mix(name), SLOTS - 1) + 1;
      heaviest = Math.max(heaviest, members.get(i).weight());
    }
    double[] credit = new double[count];
    boolean[] taken = new boolean[SLOTS];
    int free = SLOTS;
    while (true) {
      for (int i = 0; i < count; i++) {
        credit[i] += members.get(i).weight() / heaviest;
        if (credit[i] >= 1) {
          credit[i] -= 1;
          while (taken[(int) at[i]]) {
            at[i] = (at[i] + skip[i]) % SLOTS;
          }
          taken[(int) at[i]] = true;
          owners[(int) at[i]] = (char) i;
          if (--free == 0) {
            return;
          }
        }
      }
    }
  }

  @Override
  public List<Member> members() {
    return members;
  }

  @Override
  public int first(long key) {
    return owners[(int) Long.remainderUnsigned(KeyedHash.mix(key ^ keySeed), SLOTS)];
  }
}
