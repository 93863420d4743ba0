package dev.hanse.hash;

import java.util.Collection;
import java.util.List;

/**
 * Jump consistent hash [1], for comparison: no table at all and perfect shares, but equal weights
 * only, and only the last member by id can leave without moving other members' keys.
 *
 * <p>[1] Lamping and Veach, "A fast, minimal memory, consistent hash algorithm", 2014.
 */
public final class Jump implements FirstChoice {
  private static final long MULTIPLIER = 2_862_933_555_777_941_757L;

  private final List<Member> members;
  private final long keySeed;

  private Jump(List<Member> members, long seed) {
    this.members = members;
    this.keySeed = KeyedHash.mix(seed);
  }

  /**
   * A jump hash of the members; their weights do not matter to it.
   *
   * @throws RefusedMembership as {@link SlotTable#of(Collection, long)}
   */
  public static Jump of(Collection<Member> members, long seed) {
    return new Jump(SlotTable.checked(members), seed);
  }

  @Override
  public List<Member> members() {
    return members;
  }

  @Override
  public int first(long key) {
    long state = KeyedHash.mix(key ^ keySeed);
    long bucket = -1;
    long next = 0;
    while (next < members.size()) {
      bucket = next;
      state = state * MULTIPLIER + 1;
      next = (long) ((bucket + 1) * (0x1p31 / (double) ((state >>> 33) + 1)));
    }
    return (int) bucket;
  }
}
