package dev.hanse.hash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.seeds.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

class BoundedLoadPlacementPropertyTest {
  private static final int BITS = 10;

  private static BoundedLoadPlacement placement(long seed, Bound bound, List<Member> members) {
    var placement =
        BoundedLoadPlacement.builder()
            .inFlight(new InFlight())
            .seed(seed)
            .slotBits(BITS)
            .bound(bound)
            .hotKeyWays(1)
            .build();
    placement.update(members);
    return placement;
  }

  @Seeds(tries = 100)
  void nobodyIsPutAboveItsBoundAndWithoutCapsNothingIsRefused(long seed) {
    var random = new SplittableRandom(seed);
    long margin = random.nextBoolean() ? 0 : random.nextLong(500);
    var bound = new Bound(random.nextDouble(1.05, 2), margin);
    var placement = placement(seed, bound, Members.random(random, 30));
    var leases = new ArrayList<Long>();

    for (int step = 0; step < 400; step++) {
      if (!leases.isEmpty() && random.nextInt(3) == 0) {
        placement.release(leases.remove(random.nextInt(leases.size())));
        continue;
      }
      long tokens = random.nextLong(1, 1000);
      long total = placement.snapshot().totalTokens();
      long lease = placement.view().tryReserve(random.nextLong(), tokens, Eligible.ALL);

      assertThat(lease).as("never refused").isNotNegative();
      leases.add(lease);
      var tier = placement.view().near();
      int member = placement.view().indexOf(placement.memberOf(lease).id());
      assertThat(tier.post(member).seat().own())
          .isLessThan(tier.soft(member, (double) total + tokens) + tokens);
    }
  }

  @Seeds(tries = 60)
  void unitRequestsKeepTheBoundOfThePaper(long seed) {
    var random = new SplittableRandom(seed);
    var placement = placement(seed, new Bound(1.25, 0), Members.random(random, 30));
    double weight = placement.view().members().stream().mapToDouble(Member::weight).sum();

    for (int total = 0; total < 600; total++) {
      long lease = placement.view().tryReserve(random.nextLong(), 1, Eligible.ALL);

      Member member = placement.memberOf(lease);
      double fair = member.weight() / weight * (total + 1);
      assertThat(placement.view().near().post(placement.view().indexOf(member.id())).seat().own())
          .isLessThanOrEqualTo((long) Math.ceil(1.25 * fair));
    }
  }

  @Seeds(tries = 100)
  void tokensAreNeitherLostNorInventedWhateverHappens(long seed) {
    var random = new SplittableRandom(seed);
    var placement = placement(seed, new Bound(1.25, 100), Members.random(random, 10));
    var out = new HashMap<Long, Long>();
    var ended = new ArrayList<Long>();
    var everyone = new HashMap<String, Long>();

    for (int step = 0; step < 500; step++) {
      act(placement, random, out, ended);
      placement.view().members().forEach(m -> everyone.put(m.id(), 0L));
    }

    out.forEach(
        (lease, tokens) -> everyone.merge(placement.memberOf(lease).id(), tokens, Long::sum));
    everyone.forEach((id, tokens) ->
        assertThat(placement.view().indexOf(id) < 0 ? tokens : seatTokens(placement, id))
            .as(id)
            .isEqualTo(tokens));
    long listed = placement.view().members().stream().mapToLong(m -> everyone.get(m.id())).sum();
    assertThat(placement.snapshot().totalTokens()).isEqualTo(listed);
    assertThat(placement.snapshot().leases()).isEqualTo(out.size());
  }

  private static long seatTokens(BoundedLoadPlacement placement, String id) {
    return placement.view().near().post(placement.view().indexOf(id)).seat().own();
  }

  private static void act(
      BoundedLoadPlacement placement,
      SplittableRandom random,
      Map<Long, Long> out,
      List<Long> ended) {
    switch (random.nextInt(8)) {
      case 0 -> {
        var members = new ArrayList<>(placement.view().members());
        if (members.size() > 1 && random.nextBoolean()) {
          members.remove(random.nextInt(members.size()));
        } else if (members.stream().noneMatch(m -> m.id().equals("again"))) {
          members.add(Members.of("again", Members.weight(random)));
        }
        placement.update(members);
      }
      case 1 -> {
        if (!ended.isEmpty()) {
          long lease = ended.get(random.nextInt(ended.size()));
          assertThat(placement.release(lease)).isFalse();
          assertThat(placement.adjust(lease, 5)).isFalse();
        }
      }
      case 2 -> {
        if (!out.isEmpty()) {
          long lease = out.keySet().iterator().next();
          long tokens = random.nextLong(0, 500);
          assertThat(placement.adjust(lease, tokens)).isTrue();
          out.put(lease, tokens);
        }
      }
      case 3, 4 -> {
        if (!out.isEmpty()) {
          long lease = out.keySet().iterator().next();
          assertThat(placement.release(lease)).isTrue();
          out.remove(lease);
          ended.add(lease);
        }
      }
      default -> {
        long tokens = random.nextLong(1, 500);
        out.put(placement.view().tryReserve(random.nextLong(), tokens, Eligible.ALL), tokens);
      }
    }
  }

  @Seeds(tries = 60)
  void hardCapsHoldAndARefusalMeansThatNobodyHasRoom(long seed) {
    var random = new SplittableRandom(seed);
    var members = new ArrayList<Member>();
    for (int i = 0; i < random.nextInt(1, 20); i++) {
      members.add(
          new Member("node" + i, "zone", Members.weight(random), random.nextLong(100, 5000)));
    }
    var placement = placement(seed, Bound.DEFAULT, members);
    var view = placement.view();

    for (int step = 0; step < 500; step++) {
      long tokens = random.nextLong(1, 400);
      int barred = random.nextInt(members.size());
      Eligible eligible = i -> i != barred;
      long lease = view.tryReserve(random.nextLong(), tokens, eligible);

      for (int i = 0; i < members.size(); i++) {
        Seat seat = view.near().post(i).seat();
        assertThat(seat.own()).isLessThanOrEqualTo(seat.cap());
        if (lease < 0 && i != barred) {
          assertThat(tokens).isGreaterThan(seat.cap() - seat.own());
        }
      }
      if (lease < 0) {
        assertThat(Refusal.of(lease))
            .isEqualTo(members.size() == 1 ? Refusal.NONE_ELIGIBLE : Refusal.FULL);
      }
    }
  }

  @Seeds(tries = 20)
  void keysIndependentOfTheLoadAskFewMembers(long seed) {
    var random = new SplittableRandom(seed);
    var placement = placement(seed, new Bound(1.25, 0), Members.equal(50));
    var view = placement.view();
    var leases = new ArrayList<Long>();
    long asked = 0;
    int requests = 3000;

    for (int i = 0; i < requests + 400; i++) {
      long key = random.nextLong();
      long lease = view.tryReserve(key, 1, Eligible.ALL);
      if (i >= 400) {
        asked += 1L + rank(view, key, view.indexOf(placement.memberOf(lease).id()));
        placement.release(leases.remove(random.nextInt(leases.size())));
      }
      leases.add(lease);
    }

    // The theorem says c/(c-1) = 5 at most; at eight requests a member 1.3 was measured.
    assertThat((double) asked / requests).isBetween(1.0, 1.6);
  }

  private static int rank(PlacementView view, long key, int member) {
    for (int rank = 0; rank < view.ranks(); rank++) {
      if (view.preference(key, rank) == member) {
        return rank;
      }
    }
    return view.ranks();
  }

  @Seeds(tries = 60)
  void aKeyStaysWithItsFirstChoiceWhileThatIsBelowItsBound(long seed) {
    var random = new SplittableRandom(seed);
    var placement = placement(seed, new Bound(1.25, 2000), Members.random(random, 30));
    var view = placement.view();

    for (int step = 0; step < 400; step++) {
      long key = random.nextLong();
      long tokens = random.nextLong(1, 1000);
      double total = (double) placement.snapshot().totalTokens() + tokens;
      int first = view.first(key);
      boolean below = view.near().post(first).seat().own() < view.near().soft(first, total);

      long lease = view.tryReserve(key, tokens, Eligible.ALL);

      boolean stayed = placement.memberOf(lease).equals(view.member(first));
      assertThat(stayed).isEqualTo(below);
      if (random.nextInt(3) > 0) {
        placement.release(lease);
      }
    }
  }
}
