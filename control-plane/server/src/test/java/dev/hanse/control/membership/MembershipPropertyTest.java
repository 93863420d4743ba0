package dev.hanse.control.membership;

import static dev.hanse.control.membership.Mesh.AP;
import static dev.hanse.control.membership.Mesh.EU;
import static dev.hanse.control.membership.Mesh.US;
import static dev.hanse.control.membership.Mesh.at;
import static dev.hanse.control.membership.Mesh.attestation;
import static dev.hanse.control.membership.Mesh.carry;
import static dev.hanse.control.membership.Mesh.key;
import static dev.hanse.control.membership.Mesh.load;
import static dev.hanse.control.membership.Mesh.member;
import static dev.hanse.control.membership.Mesh.membership;
import static dev.hanse.control.membership.Mesh.node;
import static dev.hanse.control.membership.Mesh.offer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.ClientKey;
import dev.hanse.api.Delta;
import dev.hanse.api.MemberState;
import dev.hanse.api.MemberView;
import dev.hanse.api.RegionId;
import dev.hanse.api.Snapshot;
import dev.hanse.api.SnapshotFold;
import dev.hanse.seeds.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

class MembershipPropertyTest {
  /** A region's control plane and its few nodes, doing whatever the seed says. */
  private static final class Actor {
    final Membership mesh;
    private final RegionId region;
    private final Random random;
    private final long[] sequences = new long[4];
    private final Set<String> goneForever = new HashSet<>();

    Actor(RegionId region, Random random) {
      this.region = region;
      this.random = random;
      this.mesh = membership(region);
    }

    void act(Moment now) {
      int slot = random.nextInt(4);
      // Two names are shared by the regions, so that they quarrel over them.
      String name = slot < 2 ? "shared-" + slot : region.value() + "-" + slot;
      long incarnation = 1L + random.nextInt(3);
      long sequence = random.nextInt(4) == 0 ? random.nextInt(30) : ++sequences[slot];
      MemberState state = List.of(MemberState.values()).get(random.nextInt(3));
      switch (random.nextInt(10)) {
        case 0, 1 -> {
          mesh.attested(node(name), attestation(now.wall().plusSeconds(random.nextInt(20))), now);
          Registration answer = mesh.hello(member(region, name, incarnation), load(sequence), now);
          if (answer instanceof Registration.Granted) {
            assertThat(goneForever).doesNotContain(name + incarnation);
          }
        }
        case 2 -> {
          mesh.goodbye(node(name), incarnation, now);
          goneForever.add(name + incarnation);
          assertThat(mesh.holds(node(name), incarnation)).isFalse();
        }
        case 3 -> mesh.drain(node(name), random.nextBoolean(), now);
        case 4 ->
            mesh.put(key("key-" + random.nextInt(3), random.nextInt(5), random.nextBoolean()));
        case 5 ->
            mesh.beat(
                new Beat(
                    node(name),
                    incarnation,
                    load(sequence),
                    state,
                    List.of(offer(random.nextInt(100)))),
                now);
        default ->
            mesh.beat(new Beat(node(name), incarnation, load(sequence), state, List.of()), now);
      }
    }
  }

  /** An edge: holds a snapshot and applies what follows, in order. */
  private static final class Follower {
    private Snapshot held;
    int deltas;

    Follower(Snapshot first) {
      held = first;
    }

    void follow(Membership mesh) {
      while (true) {
        switch (mesh.viewAfter(held.epoch(), held.version())) {
          case Step.Current<Delta, Snapshot>() -> {
            return;
          }
          case Step.Next<Delta, Snapshot>(var delta) -> {
            assertThat(delta.baseVersion()).isEqualTo(held.version());
            assertThat(delta.version()).isGreaterThan(delta.baseVersion());
            assertNoRedundancy(delta);
            held =
                switch (SnapshotFold.apply(held, delta)) {
                  case SnapshotFold.Outcome.Applied(var next) -> next;
                  case SnapshotFold.Outcome.Refused(var reason) -> throw new AssertionError(reason);
                };
            deltas++;
          }
          case Step.Whole<Delta, Snapshot>(var snapshot) -> {
            assertThat(snapshot.version()).isGreaterThan(held.version());
            held = snapshot;
          }
        }
      }
    }

    private static void assertNoRedundancy(Delta delta) {
      delta
          .members()
          .forEach(view -> {
            assertThat(delta.loads()).doesNotContainKey(view.member().id());
            assertThat(delta.removed()).doesNotContain(view.member().id());
          });
    }
  }

  @Seeds(tries = 300)
  void everyDeltaInOrderLeadsFromTheFirstSnapshotToTheLatest(long seed) {
    Random random = new Random(seed);
    Actor eu = new Actor(EU, random);
    Actor us = new Actor(US, random);
    Follower every = new Follower(eu.mesh.snapshot());
    Follower lazy = new Follower(eu.mesh.snapshot());
    long usSequence = -1;
    long version = eu.mesh.version();

    for (int step = 1; step <= 400; step++) {
      Moment now = at(step * 50L);
      (random.nextBoolean() ? eu : us).act(now);
      if (random.nextInt(3) == 0) {
        us.mesh.tick(now);
        usSequence = carry(us.mesh, eu.mesh, usSequence, now);
      }
      if (random.nextInt(2) == 0) {
        boolean published = eu.mesh.tick(now);
        assertThat(eu.mesh.version() - version).isEqualTo(published ? 1 : 0);
        version = eu.mesh.version();
        every.follow(eu.mesh);
      }
      if (random.nextInt(100) == 0) {
        lazy.follow(eu.mesh);
      }
    }
    eu.mesh.tick(at(30_000));
    every.follow(eu.mesh);
    lazy.follow(eu.mesh);

    assertThat(every.held).isEqualTo(eu.mesh.snapshot());
    assertThat(lazy.held).isEqualTo(eu.mesh.snapshot());
    assertThat(every.deltas).isPositive();
  }

  @Seeds(tries = 300)
  void regionsThatHeardEachOtherInAnyOrderAgree(long seed) {
    Random random = new Random(seed);
    List<Actor> actors =
        List.of(new Actor(EU, random), new Actor(US, random), new Actor(AP, random));
    long[][] held = new long[3][3];
    for (long[] row : held) {
      java.util.Arrays.fill(row, -1);
    }

    for (int step = 1; step <= 300; step++) {
      Moment now = at(step * 20L);
      actors.get(random.nextInt(3)).act(now);
      actors.get(random.nextInt(3)).mesh.tick(now);
      int from = random.nextInt(3);
      int to = random.nextInt(3);
      if (from != to) {
        if (random.nextInt(20) == 0) {
          held[from][to] = random.nextInt(3) - 1L;
        }
        held[from][to] = carry(actors.get(from).mesh, actors.get(to).mesh, held[from][to], now);
      }
    }
    // No more than a beat passes here: nobody expires, everybody hears everybody.
    Moment end = at(6100);
    for (Actor actor : actors) {
      actor.mesh.tick(end);
    }
    for (int from = 0; from < 3; from++) {
      for (int to = 0; to < 3; to++) {
        if (from != to) {
          carry(actors.get(from).mesh, actors.get(to).mesh, held[from][to], end);
        }
      }
    }

    Snapshot first = actors.get(0).mesh.snapshot();
    for (Actor actor : actors) {
      Snapshot other = actor.mesh.snapshot();
      assertThat(other.members()).isEqualTo(first.members());
      assertThat(other.keys()).isEqualTo(first.keys());
      assertThat(other.regions()).extracting(r -> r.region()).containsExactly(AP, EU, US);
    }
  }

  @Seeds(tries = 200)
  void keysConvergeWhateverTheOrder(long seed) {
    Random random = new Random(seed);
    List<ClientKey> records = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      records.add(key("key-" + random.nextInt(3), random.nextInt(3), random.nextBoolean()));
    }
    ClientKeys one = new ClientKeys(100, records);
    Collections.shuffle(records, random);
    ClientKeys other = new ClientKeys(100, records);
    records.forEach(other::merge);

    assertThat(other.sorted()).isEqualTo(one.sorted());
  }

  @Seeds(tries = 100)
  void leavesOnlyMembersOfLivingProcessesOnceAllWasQuiet(long seed) {
    Random random = new Random(seed);
    Actor eu = new Actor(EU, random);
    for (int step = 1; step <= 200; step++) {
      eu.act(at(step * 50L));
      eu.mesh.tick(at(step * 50L));
    }

    for (int step = 201; step <= 280; step++) {
      eu.mesh.tick(at(step * 50L));
    }

    assertThat(eu.mesh.members()).extracting(MemberView::member).isEmpty();
    assertThat(eu.mesh.snapshot().members()).isEmpty();
  }
}
