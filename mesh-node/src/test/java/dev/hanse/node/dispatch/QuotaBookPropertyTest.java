package dev.hanse.node.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.NodeId;
import dev.hanse.node.routing.QuotaAsk;
import dev.hanse.node.routing.QuotaGrant;
import dev.hanse.seeds.Seeds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A node and several edges on a network that loses, doubles, delays and reorders. */
final class QuotaBookPropertyTest {
  private static final long CAP = 10_000;
  private static final Duration LASTS = Duration.ofSeconds(1);

  /** An edge as the protocol wants it: newest answer only, its time counted from the ask. */
  private static final class Edge {
    private final NodeId id;
    private long session;
    private long asked;
    private long holds;
    private long granted;
    private long own;
    private boolean restarted;
    private Instant sentAt = Instant.MIN;
    private Instant until = Instant.MIN;

    Edge(int number) {
      id = NodeId.parse("hanse.edge-" + number);
      session = number + 1L;
    }
  }

  private sealed interface Message {
    record Asked(Edge from, QuotaAsk ask) implements Message {}

    record Answered(Edge to, long session, QuotaGrant grant) implements Message {}

    /** Work on its way; within the grant its edge held when it was sent, and until when. */
    record Work(Edge from, long tokens, boolean promised, Instant until) implements Message {}
  }

  private record Accepted(Edge from, long session, long tokens) {}

  private final QuotaBook book = new QuotaBook(CAP, new QuotaLimits(4, LASTS, 16));
  private final List<Message> network = new ArrayList<>();
  private final List<Accepted> running = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-20T12:00:00Z");

  private long accepted() {
    return running.stream().mapToLong(Accepted::tokens).sum();
  }

  private void send(Random random, Message message) {
    if (random.nextInt(5) > 0) {
      network.add(message);
    }
    if (random.nextInt(5) == 0) {
      network.add(message);
    }
  }

  private void ask(Random random, Edge edge) {
    edge.asked++;
    edge.sentAt = now;
    send(
        random,
        new Message.Asked(
            edge,
            new QuotaAsk(
                edge.session, edge.asked, edge.holds, edge.own, random.nextInt((int) CAP))));
  }

  private void place(Random random, Edge edge) {
    boolean keeps = now.isBefore(edge.until) && edge.granted > edge.own;
    if (keeps) {
      long tokens = 1L + random.nextInt((int) (edge.granted - edge.own));
      edge.own += tokens;
      network.add(new Message.Work(edge, tokens, !edge.restarted, edge.until));
    } else if (random.nextInt(3) == 0) {
      // An edge without a grant, or one that does not keep to it.
      long tokens = 1L + random.nextInt((int) CAP);
      edge.own += tokens;
      edge.restarted = true;
      network.add(new Message.Work(edge, tokens, false, edge.until));
    }
  }

  private void deliver(Random random) {
    if (network.isEmpty()) {
      return;
    }
    switch (network.remove(random.nextInt(network.size()))) {
      case Message.Asked(Edge from, QuotaAsk ask) ->
          send(random, new Message.Answered(from, ask.session(), book.ask(from.id, ask, now)));
      case Message.Answered(Edge to, long session, QuotaGrant grant) -> {
        if (session == to.session
            && grant.number() == to.asked
            && grant.number() > to.holds
            && now.isBefore(to.sentAt.plus(grant.lasts()))) {
          to.holds = grant.number();
          to.granted = grant.tokens();
          to.until = to.sentAt.plus(grant.lasts());
        }
      }
      case Message.Work(Edge from, long tokens, boolean promised, Instant until) -> {
        if (book.accept(from.id, tokens, now)) {
          running.add(new Accepted(from, from.session, tokens));
        } else {
          assertThat(promised && !from.restarted && now.isBefore(until))
              .as("work within a grant was refused")
              .isFalse();
          from.own = Math.max(0, from.own - tokens);
        }
      }
    }
  }

  private void finish(Random random) {
    if (running.isEmpty()) {
      return;
    }
    Accepted one = running.remove(random.nextInt(running.size()));
    long done = random.nextBoolean() ? one.tokens() : 1L + random.nextInt((int) one.tokens());
    book.done(one.from().id, done);
    if (one.session() == one.from().session) {
      one.from().own = Math.max(0, one.from().own - done);
    }
    if (done < one.tokens()) {
      running.add(new Accepted(one.from(), one.session(), one.tokens() - done));
    }
  }

  @Seeds(tries = 500)
  void neverMoreThanTheCapIsAcceptedAndAGrantIsAPromise(long seed) {
    Random random = new Random(seed);
    List<Edge> edges = new ArrayList<>();
    for (int i = 0; i < 1 + random.nextInt(6); i++) {
      edges.add(new Edge(i));
    }
    for (int step = 0; step < 1_500; step++) {
      Edge edge = edges.get(random.nextInt(edges.size()));
      switch (random.nextInt(12)) {
        case 0, 1 -> ask(random, edge);
        case 2, 3, 4 -> place(random, edge);
        case 5, 6, 7, 8 -> deliver(random);
        case 9, 10 -> finish(random);
        default -> {
          now = now.plusMillis(random.nextInt(300));
          if (random.nextInt(40) == 0) {
            edge.session += 100;
            edge.asked = 0;
            edge.holds = 0;
            edge.granted = 0;
            edge.own = 0;
            edge.until = Instant.MIN;
            edge.restarted = true;
          }
        }
      }
      assertThat(accepted()).isLessThanOrEqualTo(CAP);
      assertThat(book.committed(now)).isBetween(accepted(), CAP);
      assertThat(book.edges()).isLessThanOrEqualTo(4);
    }
  }
}
