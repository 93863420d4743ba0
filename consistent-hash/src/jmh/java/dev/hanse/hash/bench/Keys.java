package dev.hanse.hash.bench;

import dev.hanse.hash.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Random keys and equal members. */
final class Keys {
  static final int COUNT = 1 << 16;

  private Keys() {}

  static long[] random() {
    return new SplittableRandom(42).longs(COUNT).toArray();
  }

  static List<Member> members(int count, long hardCapTokens) {
    var members = new ArrayList<Member>();
    for (int i = 0; i < count; i++) {
      members.add(new Member("node" + i, "eu-west-1", 1, hardCapTokens));
    }
    return members;
  }
}
