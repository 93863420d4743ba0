package dev.hanse.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hanse.seeds.Seeds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;

class SlotTablePropertyTest {
  private static final int BITS = 11;

  @Seeds(tries = 25)
  void equalMembersInAnyOrderGiveAnEqualTable(long seed) {
    var random = new SplittableRandom(seed);
    var members = Members.random(random, 60);

    var table = SlotTable.of(members, seed, BITS);
    var other = SlotTable.of(Members.shuffled(members, random), seed, BITS);

    assertThat(other.digest()).isEqualTo(table.digest());
    assertThat(SlotTable.of(members, seed + 1, BITS).digest()).isNotEqualTo(table.digest());
  }

  @Seeds(tries = 25)
  void listsNameDistinctMembersAndAsManyAsThereCanBe(long seed) {
    var table = SlotTable.of(Members.random(new SplittableRandom(seed), 30), seed, BITS);

    assertThat(table.ranks()).isEqualTo(Math.min(8, table.members().size()));
    for (int slot = 0; slot < table.slots(); slot++) {
      var list = list(table, slot);
      assertThat(list).doesNotHaveDuplicates().hasSize(table.ranks());
    }
  }

  @Seeds(tries = 25)
  void listsAreThoseOfTheDefinition(long seed) {
    var table = SlotTable.of(Members.random(new SplittableRandom(seed), 25), seed, 6);

    for (int slot = 0; slot < table.slots(); slot++) {
      assertThat(list(table, slot)).isEqualTo(byDefinition(table, seed, slot));
    }
  }

  /** Every member's whole walk, with nothing left out. */
  private static List<String> byDefinition(SlotTable table, long seed, int slot) {
    var visits = new Visits(6);
    record Scored(String id, double score) {}
    var all = new ArrayList<Scored>();
    for (Member member : table.members()) {
      long walk = Visits.walk(KeyedHash.ofName(member.id(), seed), 0);
      for (int step = 0; step < visits.steps(); step++) {
        long draw = Visits.draw(walk, step);
        if (visits.slot(walk, step, draw) == slot) {
          all.add(new Scored(member.id(), visits.time(step, draw) * (1 / member.weight())));
          break;
        }
      }
    }
    assertThat(all).hasSize(table.members().size());
    all.sort(Comparator.comparingDouble(Scored::score).thenComparing(Scored::id));
    return all.stream().map(Scored::id).limit(SlotTable.RANKS).toList();
  }

  @Seeds(tries = 25)
  void anyStepsToTheSameMembersLeadToTheSameTable(long seed) {
    var random = new SplittableRandom(seed);
    var table = SlotTable.of(Members.random(random, 25), seed, BITS);
    for (int step = 0; step < 12; step++) {
      table = changed(table, random, step);
      assertThat(table.digest())
          .as("after step %s with %s members", step, table.members().size())
          .isEqualTo(SlotTable.of(table.members(), seed, BITS).digest());
    }
  }

  private static SlotTable changed(SlotTable table, SplittableRandom random, int step) {
    var some = table.members().get(random.nextInt(table.members().size()));
    return switch (random.nextInt(table.members().size() == 1 ? 2 : 4)) {
      case 0 -> table.with(Members.of("new" + step, Members.weight(random)));
      case 1 -> table.reweighted(some.id(), Members.weight(random));
      case 2 -> table.without(some.id());
      default -> {
        var members = new ArrayList<>(table.members());
        members.remove(some);
        members.add(Members.of("other" + step, Members.weight(random)));
        yield table.changedTo(members);
      }
    };
  }

  @Seeds(tries = 25)
  void aMemberThatLeavesTakesNothingAlongButItself(long seed) {
    var random = new SplittableRandom(seed);
    var before = SlotTable.of(Members.random(random, 30), seed, BITS);
    if (before.members().size() == 1) {
      return;
    }
    String gone = before.members().get(random.nextInt(before.members().size())).id();

    var after = before.without(gone);

    for (int slot = 0; slot < before.slots(); slot++) {
      var old = new ArrayList<>(list(before, slot));
      boolean listed = old.remove(gone);
      var now = list(after, slot);
      assertThat(now.subList(0, old.size())).isEqualTo(old);
      assertThat(listed || now.equals(old)).isTrue();
    }
  }

  @Seeds(tries = 25)
  void aMemberThatJoinsOnlyTakesSlots(long seed) {
    var before = SlotTable.of(Members.random(new SplittableRandom(seed), 30), seed, BITS);

    var after = before.with(Members.of("joiner", 1));

    for (int slot = 0; slot < before.slots(); slot++) {
      assertThat(list(after, slot).getFirst()).isIn("joiner", list(before, slot).getFirst());
    }
  }

  @Seeds(tries = 25)
  void aHeavierMemberLosesNoSlotAndALighterOneGainsNone(long seed) {
    var random = new SplittableRandom(seed);
    var before = SlotTable.of(Members.random(random, 30), seed, BITS);
    Member some = before.members().get(random.nextInt(before.members().size()));
    double factor = random.nextDouble(1, 4);

    var heavier = before.reweighted(some.id(), some.weight() * factor);
    var lighter = before.reweighted(some.id(), some.weight() / factor);

    for (int slot = 0; slot < before.slots(); slot++) {
      String first = list(before, slot).getFirst();
      assertThat(list(heavier, slot).getFirst()).isIn(first, some.id());
      if (!first.equals(some.id())) {
        assertThat(list(lighter, slot).getFirst()).isEqualTo(first);
      }
    }
  }

  @Seeds(tries = 15)
  void sharesFollowTheWeights(long seed) {
    var members = Members.random(new SplittableRandom(seed), 20);
    double total = members.stream().mapToDouble(Member::weight).sum();

    var table = SlotTable.of(members, seed, 14);

    for (Member member : table.members()) {
      double share = member.weight() / total;
      double sigma = Math.sqrt(share * (1 - share) / table.slots());
      assertThat(share(table, List.of(member.id()))).isCloseTo(share, within(5 * sigma + 1e-9));
    }
  }

  @Seeds(tries = 15)
  void splittingANodeGainsItsOwnerNothing(long seed) {
    var members = new ArrayList<>(Members.random(new SplittableRandom(seed), 20));
    members.add(Members.of("whole", 2));
    var whole = SlotTable.of(members, seed, 14);

    members.removeLast();
    members.add(Members.of("half1", 1));
    members.add(Members.of("half2", 1));
    var split = SlotTable.of(members, seed, 14);

    double before = share(whole, List.of("whole"));
    double sigma = Math.sqrt(2 * before * (1 - before) / whole.slots());
    assertThat(share(split, List.of("half1", "half2"))).isCloseTo(before, within(5 * sigma + 1e-9));
  }

  private static double share(SlotTable table, List<String> ids) {
    var owned = new HashSet<>(ids);
    long slots = 0;
    for (int slot = 0; slot < table.slots(); slot++) {
      if (owned.contains(table.members().get(table.inSlot(slot, 0)).id())) {
        slots++;
      }
    }
    return (double) slots / table.slots();
  }

  private static List<String> list(SlotTable table, int slot) {
    var list = new ArrayList<String>();
    for (int rank = 0; rank < table.ranks(); rank++) {
      list.add(table.members().get(table.inSlot(slot, rank)).id());
    }
    return list;
  }
}
