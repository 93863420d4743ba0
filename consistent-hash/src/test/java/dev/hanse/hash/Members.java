package dev.hanse.hash;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Memberships for tests. */
final class Members {
  static final long NO_CAP = Long.MAX_VALUE / 4;

  private Members() {}

  static Member of(String id, double weight) {
    return new Member(id, "eu-west-1", weight, NO_CAP);
  }

  static List<Member> equal(int count) {
    return equal(count, NO_CAP);
  }

  static List<Member> equal(int count, long hardCapTokens) {
    var members = new ArrayList<Member>();
    for (int i = 0; i < count; i++) {
      members.add(new Member("node" + i, "eu-west-1", 1, hardCapTokens));
    }
    return members;
  }

  /** One to {@code most} members whose weights differ by up to 64 times. */
  static List<Member> random(SplittableRandom random, int most) {
    var members = new ArrayList<Member>();
    int count = random.nextInt(1, most + 1);
    for (int i = 0; i < count; i++) {
      members.add(of("node" + random.nextInt(1_000_000) + "." + i, weight(random)));
    }
    return members;
  }

  static double weight(SplittableRandom random) {
    return Math.pow(2, random.nextDouble(-3, 3));
  }

  static List<Member> shuffled(List<Member> members, SplittableRandom random) {
    var shuffled = new ArrayList<>(members);
    for (int i = shuffled.size() - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      Member kept = shuffled.get(i);
      shuffled.set(i, shuffled.get(other));
      shuffled.set(other, kept);
    }
    return shuffled;
  }
}
