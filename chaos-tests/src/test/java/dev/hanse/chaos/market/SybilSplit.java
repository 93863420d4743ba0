package dev.hanse.chaos.market;

import dev.hanse.hash.BoundedLoadPlacement;
import dev.hanse.hash.Member;
import java.util.ArrayList;
import java.util.List;

/** One of ten equal sellers enrols its node as several, each with its part of the capacity. */
final class SybilSplit {
  private static final int SELLERS = 10;
  private static final long CAPACITY = 600_000;
  private static final int SLOT_BITS = 18;

  private SybilSplit() {}

  /** How much more work it gets by a rule's shares; 0 is nothing. */
  static double gain(ShareRule rule, int identities) {
    return share(rule.shares(bids(identities)), identities) * SELLERS - 1;
  }

  /** The same by the keys that the library's table really gives it. */
  static double gainInKeys(ShareRule rule, int identities, long seed) {
    return keyShare(rule, identities, seed) * SELLERS - 1;
  }

  private static List<Bid> bids(int identities) {
    List<Bid> bids = new ArrayList<>();
    for (int i = 0; i < identities; i++) {
      bids.add(new Bid((double) CAPACITY / identities, 1));
    }
    for (int i = 1; i < SELLERS; i++) {
      bids.add(new Bid(CAPACITY, 1));
    }
    return bids;
  }

  private static double share(List<Double> shares, int identities) {
    return shares.subList(0, identities).stream().mapToDouble(Double::doubleValue).sum();
  }

  private static double keyShare(ShareRule rule, int identities, long seed) {
    List<Bid> bids = bids(identities);
    List<Double> weights = rule.weights(bids);
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < bids.size(); i++) {
      String id = i < identities ? "sybil-" + i : "honest-" + i;
      members.add(new Member(id, "z", weights.get(i), (long) bids.get(i).capacity()));
    }
    BoundedLoadPlacement placement =
        BoundedLoadPlacement.builder().seed(seed).slotBits(SLOT_BITS).build();
    placement.update(members);
    return placement.snapshot().members().stream()
        .filter(load -> load.member().id().startsWith("sybil"))
        .mapToDouble(load -> load.keyShare())
        .sum();
  }
}
