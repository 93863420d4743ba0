package dev.hanse.hash;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The classic ring of points [1], for comparison: each member has points in number by its weight,
 * and a key belongs to the next point above it. A change moves as few keys as {@link SlotTable}
 * does, but shares vary with the points' luck, a look-up searches, and memory goes with the points.
 *
 * <p>[1] Karger et al., "Consistent hashing and random trees", STOC 1997.
 */
public final class Ring implements FirstChoice {
  private final List<Member> members;
  private final long keySeed;
  private final long[] points;
  private final char[] owners;

  private Ring(List<Member> members, long seed, int pointsOfAverage) {
    this.members = members;
    this.keySeed = KeyedHash.mix(seed);
    double mean = members.stream().mapToDouble(Member::weight).average().orElseThrow();
    record Point(long at, int owner) {}
    Point[] all =
        IntStream.range(0, members.size())
            .boxed()
            .flatMap(owner -> {
              Member member = members.get(owner);
              long name = KeyedHash.ofName(member.id(), seed);
              double wanted = pointsOfAverage * member.weight() / mean;
              int count = (int) Math.clamp(Math.rint(wanted), 1, 1 << 16);
              return IntStream.range(0, count)
                  .mapToObj(i -> new Point(Visits.draw(name, i), owner));
            })
            .sorted((a, b) -> Long.compareUnsigned(a.at(), b.at()))
            .toArray(Point[]::new);
    this.points = Arrays.stream(all).mapToLong(p -> p.at() ^ Long.MIN_VALUE).toArray();
    this.owners = new char[all.length];
    for (int i = 0; i < all.length; i++) {
      owners[i] = (char) all[i].owner();
    }
  }

  /**
   * A ring of the members.
   *
   * @param pointsOfAverage points of a member of average weight, 1 to 65 536; usual are 100 to 256
   * @throws RefusedMembership as {@link SlotTable#of(Collection, long)}
   */
  public static Ring of(Collection<Member> members, long seed, int pointsOfAverage) {
    if (pointsOfAverage < 1 || pointsOfAverage > 1 << 16) {
      throw new IllegalArgumentException("points must be 1 to 65536, were " + pointsOfAverage);
    }
    return new Ring(SlotTable.checked(members), seed, pointsOfAverage);
  }

  @Override
  public List<Member> members() {
    return members;
  }

  @Override
  public int first(long key) {
    int at = Arrays.binarySearch(points, KeyedHash.mix(key ^ keySeed));
    int next = at >= 0 ? at : -at - 1;
    return owners[next == points.length ? 0 : next];
  }
}
