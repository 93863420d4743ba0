package dev.hanse.control;

import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.Denials;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.membership.Moment;
import dev.hanse.control.membership.NodeResult;
import dev.hanse.control.workflow.Certified;
import dev.hanse.control.workflow.EnrolmentOutcome;
import dev.hanse.control.workflow.Reappraisal;
import dev.hanse.control.workflow.Reappraisal.Verdict;
import dev.hanse.control.workflow.Transcripts;
import dev.hanse.control.workflow.Trust;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The trust in force, and what becomes of those who were accepted under the one before: each is
 * judged anew from the evidence kept of it, and stays or is withdrawn.
 *
 * <p>There is one line and one pass along it at a time. A change that comes meanwhile puts
 * everybody back into the line, behind those who still wait, so that a policy that changes again
 * and again cannot keep anybody from being judged. Belongs to the membership's event loop, {@link
 * #inForce} excepted; judging is done on worker threads.
 */
final class Rejudging {
  private static final Logger LOG = System.getLogger(Rejudging.class.getName());

  /** A worker is taken for about 8 ms at a time, so that an enrolment finds one free. */
  private static final int SLICE = 8;

  /** Of Vert.x' twenty workers. */
  private static final int MOST_SLICES = 8;

  /** The deny list is sent whole: it grows in steps, the first at once. */
  private static final Duration BETWEEN_LISTS = Duration.ofMillis(500);

  private static final String UNKEPT = "its evidence is not kept here";

  private static final String UNUSABLE = "its evidence, as it was kept, cannot be used";

  private final Vertx vertx;
  private final Membership membership;
  private final Reappraisal reappraisal;
  private final Transcripts transcripts;
  private final Supplier<Moment> clock;
  private final ControlMetrics metrics;
  private final int places = Math.min(MOST_SLICES, Runtime.getRuntime().availableProcessors());
  private final SequencedSet<String> waiting = new LinkedHashSet<>();
  private Optional<Pass> running = Optional.empty();
  private volatile Trust inForce;

  /** One pass along the line, from the first in it until nobody waits. */
  private static final class Pass {
    private final Promise<ControlGraph.Rejudged> done = Promise.promise();
    private final Map<String, String> fallen = new LinkedHashMap<>();
    private Optional<Duration> listedAt = Optional.empty();
    private int slices;
    private int standing;
    private int withdrawn;
  }

  /**
   * Withdraws what an earlier process judged by another policy, if its evidence is not here, and
   * what has evidence that cannot be used. Everybody else stands until {@link #begin}.
   */
  Rejudging(
      Vertx vertx,
      Membership membership,
      Reappraisal reappraisal,
      Recalled recalled,
      Appraiser first,
      Supplier<Moment> clock,
      ControlMetrics metrics) {
    this.vertx = vertx;
    this.membership = membership;
    this.reappraisal = reappraisal;
    this.transcripts = recalled.transcripts();
    this.clock = clock;
    this.metrics = metrics;
    this.inForce = new Trust(1, first);
    denials().judgeBy(inForce.policy());
    withdraw(reasons(result -> recalled.unusable().contains(result.evidenceDigest()), UNUSABLE));
    withdraw(without(this::isJudgedByAnotherAndNotKept));
  }

  private boolean isJudgedByAnotherAndNotKept(NodeResult result) {
    return !result.policy().equals(inForce.policy())
        && transcripts.find(result.evidenceDigest()).isEmpty();
  }

  /**
   * Judges those an earlier process accepted by what is in force now: policy or lists may have
   * changed while there was none. Like after a change it takes seconds, and nobody waits for it.
   */
  void begin() {
    if (transcripts.size() > 0) {
      judge(transcripts.digests(), 0)
          .onSuccess(judged ->
              LOG.log(
                  Level.INFO,
                  "judged from what an earlier process kept: {0} certificates stand, {1} are"
                      + " withdrawn",
                  judged.standing(),
                  judged.withdrawn()));
    }
  }

  /** Any thread. */
  Trust inForce() {
    return inForce;
  }

  /**
   * Judges by this from now on: newcomers at once, everybody else as soon as it is their turn.
   *
   * @return when nobody waits any more
   */
  Future<ControlGraph.Rejudged> appraiseBy(Appraiser next) {
    inForce = inForce.changedTo(next);
    denials().judgeBy(inForce.policy());
    prune();
    int lost = withdraw(without(kept -> transcripts.find(kept.evidenceDigest()).isEmpty()));
    return judge(transcripts.digests(), lost);
  }

  private Future<ControlGraph.Rejudged> judge(List<String> all, int lost) {
    waiting.addAll(all);
    Pass pass = pass();
    pass.withdrawn += lost;
    goOn(pass);
    return pass.done.future();
  }

  /** A certificate was issued. If trust has changed while it was, its holder is first in line. */
  void issued(EnrolmentOutcome.Enrolled enrolled) {
    Certified evidence = enrolled.evidence();
    boolean kept = transcripts.keep(evidence);
    if (!kept) {
      prune();
      kept = transcripts.keep(evidence);
    }
    if (!kept) {
      metrics.boundHit("transcripts");
    }
    if (enrolled.judgedUnder() == inForce.revision()) {
      return;
    }
    if (kept) {
      waiting.addFirst(evidence.evidenceDigest());
      goOn(pass());
    } else {
      withdraw(without(result -> result.evidenceDigest().equals(evidence.evidenceDigest())));
    }
  }

  /** Forgets evidence behind results that stand no more. */
  void prune() {
    transcripts.retain(denials()::stands);
  }

  /** Judges nobody any more. */
  void stop() {
    waiting.clear();
  }

  private Pass pass() {
    if (running.isEmpty()) {
      running = Optional.of(new Pass());
    }
    return running.get();
  }

  private void goOn(Pass pass) {
    while (pass.slices < places && !waiting.isEmpty()) {
      judge(slice(pass), pass);
    }
    if (pass.slices == 0) {
      list(pass, true);
      running = Optional.empty();
      metrics.rejudged(pass.standing, pass.withdrawn);
      pass.done.complete(new ControlGraph.Rejudged(pass.standing, pass.withdrawn));
    }
  }

  /** The next in line. Whose evidence has given way to another's meanwhile falls. */
  private List<Certified> slice(Pass pass) {
    List<Certified> slice = new ArrayList<>();
    while (slice.size() < SLICE && !waiting.isEmpty()) {
      String next = waiting.removeFirst();
      transcripts
          .find(next)
          .ifPresentOrElse(
              slice::add,
              () -> pass.fallen.putAll(without(result -> result.evidenceDigest().equals(next))));
    }
    return slice;
  }

  private void judge(List<Certified> slice, Pass pass) {
    Trust by = inForce;
    Context home = vertx.getOrCreateContext();
    pass.slices++;
    vertx
        .executeBlocking(() -> reappraisal.judge(slice, by), false)
        .otherwise(broken -> Reappraisal.unjudged(slice, by))
        // In a turn of its own: a worker may be done before anybody listens.
        .onSuccess(verdicts -> home.runOnContext(turn -> judged(verdicts, by, pass)));
  }

  private void judged(List<Verdict> verdicts, Trust by, Pass pass) {
    pass.slices--;
    // Under what was in force before: those of the slice are in the line again.
    if (by.revision() == inForce.revision()) {
      verdicts.forEach(verdict -> take(verdict, pass));
    }
    list(pass, false);
    goOn(pass);
  }

  /** What was revoked, replaced or ended while it was judged is passed over. */
  private void take(Verdict verdict, Pass pass) {
    if (!denials().stands(verdict.evidenceDigest())) {
      return;
    }
    switch (verdict) {
      case Verdict.Falls(var digest, var reason) -> pass.fallen.put(digest, reason);
      case Verdict.Stands(var result, var summary) -> {
        pass.standing++;
        Moment now = clock.get();
        denials().appraised(result, now.wall());
        if (isNewest(result)) {
          membership.attested(result.node(), summary, now);
        }
      }
    }
  }

  private boolean isNewest(NodeResult result) {
    return denials()
        .newestOf(result.node())
        .filter(newest -> newest.evidenceDigest().equals(result.evidenceDigest()))
        .isPresent();
  }

  private void list(Pass pass, boolean all) {
    Duration now = clock.get().uptime();
    boolean due =
        all || pass.listedAt.filter(last -> now.minus(last).compareTo(BETWEEN_LISTS) < 0).isEmpty();
    if (due && !pass.fallen.isEmpty()) {
      pass.listedAt = Optional.of(now);
      pass.withdrawn += withdraw(pass.fallen);
      pass.fallen.clear();
    }
  }

  /** Results whose evidence is not here, with what is to be said of them. */
  private Map<String, String> without(Predicate<NodeResult> which) {
    return reasons(which, UNKEPT);
  }

  private Map<String, String> reasons(Predicate<NodeResult> which, String why) {
    Map<String, String> reasons = new LinkedHashMap<>();
    Instant now = clock.get().wall();
    for (NodeResult result : denials().results()) {
      // Of a certificate that has ended there is nothing to withdraw.
      if (result.certifiedUntil().isAfter(now) && which.test(result)) {
        reasons.put(
            result.evidenceDigest(), result.node() + " under " + inForce.policy() + ": " + why);
      }
    }
    return reasons;
  }

  private int withdraw(Map<String, String> reasons) {
    int before = denials().results().size();
    reasons.forEach((digest, reason) -> LOG.log(Level.WARNING, "withdrawn {0}", reason));
    if (!reasons.isEmpty() && !denials().withdraw(reasons, clock.get().wall())) {
      metrics.boundHit("revocations");
      LOG.log(Level.ERROR, "the deny list is full: nodes were withdrawn that peers cannot be told");
    }
    return before - denials().results().size();
  }

  private Denials denials() {
    return membership.denials();
  }
}
