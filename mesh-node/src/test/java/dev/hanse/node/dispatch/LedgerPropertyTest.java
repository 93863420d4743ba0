package dev.hanse.node.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.NodeId;
import dev.hanse.node.routing.SampleMesh;
import dev.hanse.seeds.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

final class LedgerPropertyTest {
  private static final DispatchLimits LIMITS =
      new DispatchLimits(1_000, 8, 5, Duration.ofSeconds(1), 50);

  @Seeds
  void neverHoldsMoreThanItMayAndEndsEmpty(long seed) {
    Random random = new Random(seed);
    Ledger ledger = new Ledger(LIMITS);
    List<Ledger.Entry> running = new ArrayList<>();
    List<Ledger.Entry> waiting = new ArrayList<>();
    for (int step = 0; step < 500; step++) {
      switch (random.nextInt(5)) {
        case 0, 1 -> {
          Ledger.Entry entry = new Ledger.Entry(SampleMesh.EDGE, random.nextInt(400));
          switch (ledger.admit(entry, SampleMesh.NOW)) {
            case STARTS -> running.add(entry);
            case WAITS -> waiting.add(entry);
            case REFUSED -> assertThat(waiting).hasSize(LIMITS.maxQueued());
            case OVER_QUOTA -> throw new AssertionError("nobody has a quota here");
          }
        }
        case 2 -> {
          if (!running.isEmpty()) {
            Ledger.Entry entry = running.get(random.nextInt(running.size()));
            start(ledger.shrink(entry, 1 + random.nextInt(100)), running, waiting);
            start(ledger.step(entry), running, waiting);
          }
        }
        case 3 -> {
          if (!running.isEmpty()) {
            Ledger.Entry entry = running.remove(random.nextInt(running.size()));
            start(ledger.release(entry), running, waiting);
            start(ledger.release(entry), running, waiting);
          }
        }
        default -> {
          if (!waiting.isEmpty()) {
            Ledger.Entry entry = waiting.remove(random.nextInt(waiting.size()));
            assertThat(ledger.leaveQueue(entry)).isTrue();
            assertThat(ledger.leaveQueue(entry)).isFalse();
            start(ledger.release(entry), running, waiting);
          }
        }
      }
      assertThat(ledger.requests()).isEqualTo(running.size()).isLessThanOrEqualTo(8);
      assertThat(ledger.queued()).isEqualTo(waiting.size()).isLessThanOrEqualTo(5);
      assertThat(running.isEmpty() && !waiting.isEmpty()).isFalse();
      if (waiting.isEmpty() && running.size() > 1) {
        assertThat(ledger.workTokens()).isLessThanOrEqualTo(LIMITS.workTokens());
      }
    }

    while (!running.isEmpty()) {
      start(ledger.release(running.removeFirst()), running, waiting);
    }

    assertThat(waiting).isEmpty();
    assertThat(ledger.workTokens()).isZero();
    assertThat(ledger.requests()).isZero();
  }

  /** First come, first served. */
  private static void start(
      List<Ledger.Entry> starting, List<Ledger.Entry> running, List<Ledger.Entry> waiting) {
    assertThat(waiting.subList(0, starting.size())).isEqualTo(starting);
    waiting.subList(0, starting.size()).clear();
    running.addAll(starting);
  }

  @Seeds(tries = 200)
  void withQuotasNoMoreThanTheCapIsEverAcceptedAndAllOfItIsGivenBack(long seed) {
    Random random = new Random(seed);
    Ledger ledger = new Ledger(LIMITS, Optional.of(QuotaLimits.DEFAULT));
    List<Ledger.Entry> running = new ArrayList<>();
    List<Ledger.Entry> waiting = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          NodeId edge = NodeId.parse("hanse.edge-" + random.nextInt(3));
          Ledger.Entry entry = new Ledger.Entry(edge, random.nextInt(1_500));
          switch (ledger.admit(entry, SampleMesh.NOW)) {
            case STARTS -> running.add(entry);
            case WAITS -> waiting.add(entry);
            case REFUSED -> assertThat(waiting).hasSize(LIMITS.maxQueued());
            case OVER_QUOTA -> assertThat(ledger.workTokens()).isPositive();
          }
        }
        case 2 -> {
          if (!running.isEmpty()) {
            Ledger.Entry entry = running.get(random.nextInt(running.size()));
            start(ledger.shrink(entry, 1 + random.nextInt(100)), running, waiting);
            start(ledger.step(entry), running, waiting);
          }
        }
        default -> {
          if (!waiting.isEmpty() && random.nextBoolean()) {
            assertThat(ledger.leaveQueue(waiting.removeLast())).isTrue();
          } else if (!running.isEmpty()) {
            start(ledger.release(running.removeFirst()), running, waiting);
          }
        }
      }
      assertThat(ledger.workTokens()).isLessThanOrEqualTo(LIMITS.workTokens());
    }

    while (!running.isEmpty()) {
      start(ledger.release(running.removeFirst()), running, waiting);
    }

    assertThat(ledger.workTokens()).isZero();
    Ledger.Entry whole = new Ledger.Entry(NodeId.parse("hanse.edge-9"), LIMITS.workTokens());
    assertThat(ledger.admit(whole, SampleMesh.NOW)).isEqualTo(Ledger.Admission.STARTS);
  }
}
