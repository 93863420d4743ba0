package dev.hanse.control;

import static dev.hanse.control.membership.Mesh.EU;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.AttestationSummary;
import dev.hanse.api.NodeId;
import dev.hanse.api.Revocation;
import dev.hanse.api.Role;
import dev.hanse.api.tls.AttestationStamp;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Statement;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.Verifier;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.policy.Transcript;
import dev.hanse.control.identity.IssuedIdentity;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.membership.Mesh;
import dev.hanse.control.membership.Moment;
import dev.hanse.control.membership.NodeResult;
import dev.hanse.control.workflow.Certified;
import dev.hanse.control.workflow.EnrolmentOutcome;
import dev.hanse.control.workflow.Exchanges;
import dev.hanse.control.workflow.Reappraisal;
import dev.hanse.control.workflow.Transcripts;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The line of those who are judged anew: that nobody is left out, and how many at a time. */
class RejudgingTest {
  private final Moment now = new Moment(Duration.ofSeconds(100), Instant.now());

  /** More than all workers take at once. */
  private static final int MANY = 200;

  private static final int EVIDENCE_BYTES = 100;

  private final Vertx vertx = Vertx.vertx();
  private final TestCa ca = new TestCa();
  private final Membership membership = Mesh.membership(EU);
  private final List<String> bounds = new ArrayList<>();
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final AtomicInteger judging = new AtomicInteger();
  private final AtomicInteger mostJudging = new AtomicInteger();
  private final Rejudging rejudging =
      new Rejudging(
          vertx,
          membership,
          new Reappraisal(ca.region(EU), now::wall),
          Recalled.nothing(new Transcripts(2 * MANY, MANY * EVIDENCE_BYTES)),
          appraiser(),
          () -> now,
          new ControlMetrics() {
            @Override
            public void boundHit(String bound) {
              bounds.add(bound);
            }
          });
  private final io.vertx.core.Context home = vertx.getOrCreateContext();

  @AfterEach
  void stop() {
    Bench.get(vertx.close());
  }

  @Test
  void judgesEverybodyAFewAtATime() {
    onHome(() -> {
      for (int at = 0; at < MANY; at++) {
        issue(at, EVIDENCE_BYTES);
      }
      return true;
    });
    goOn.countDown();

    assertThat(Bench.get(onHome(() -> rejudging.appraiseBy(appraiser()))))
        .isEqualTo(new ControlGraph.Rejudged(MANY, 0));
    assertThat(mostJudging.get()).isLessThanOrEqualTo(8);
  }

  @Test
  void whoseEvidenceGivesWayWhileItWaitsIsWithdrawn() {
    Future<ControlGraph.Rejudged> pass =
        onHome(() -> {
          for (int at = 0; at < MANY - 2; at++) {
            issue(at, EVIDENCE_BYTES);
          }
          issue(MANY, 2 * EVIDENCE_BYTES);
          Future<ControlGraph.Rejudged> judged = rejudging.appraiseBy(appraiser());
          issue(MANY + 1, EVIDENCE_BYTES);
          return judged;
        });
    goOn.countDown();

    assertThat(Bench.get(pass)).isEqualTo(new ControlGraph.Rejudged(MANY - 2, 1));
    assertThat(reasonOf(MANY))
        .isEqualTo("acme.gpu-200 under built-in-1: its evidence is not kept here");
    assertThat(membership.denials().stands(digest(MANY + 1))).isTrue();
  }

  @Test
  void whatDoesNotFitIsCountedAndWithdrawnByTheNextChange() {
    goOn.countDown();
    onHome(() -> {
      for (int at = 0; at < MANY; at++) {
        issue(at, EVIDENCE_BYTES);
      }
      issue(MANY, EVIDENCE_BYTES);
      return true;
    });

    assertThat(bounds).containsExactly("transcripts");
    assertThat(Bench.get(onHome(() -> rejudging.appraiseBy(appraiser()))))
        .isEqualTo(new ControlGraph.Rejudged(MANY, 1));
    assertThat(reasonOf(MANY)).contains("not kept here");
  }

  @Test
  void whatHasEndedIsNotWithdrawn() {
    Instant end = now.wall();
    onHome(() -> {
      membership
          .denials()
          .appraised(
              new NodeResult(
                  new NodeId("acme", "gpu-1"),
                  "simulated",
                  "built-in-1",
                  "built-in-1",
                  digest(1),
                  Map.of(),
                  end,
                  end,
                  ""),
              end.minusSeconds(1));
      return true;
    });

    assertThat(Bench.get(onHome(() -> rejudging.appraiseBy(appraiser()))))
        .isEqualTo(new ControlGraph.Rejudged(0, 0));
    assertThat(membership.denials().all()).isEmpty();
  }

  private <T> T onHome(Supplier<T> work) {
    Promise<T> done = Promise.promise();
    home.runOnContext(nothing -> done.complete(work.get()));
    return Bench.get(done.future());
  }

  private String reasonOf(int node) {
    return membership
        .denials()
        .inForce()
        .of(Revocation.Kind.RESULT, digest(node))
        .orElseThrow()
        .reason();
  }

  /** Accepts everything, once it may go on. */
  private Appraiser appraiser() {
    Verifier patient =
        new Verifier("simulated", Level.SIMULATED) {
          @Override
          protected Verification examine(Evidence evidence, Instant at) {
            mostJudging.accumulateAndGet(judging.incrementAndGet(), Math::max);
            try {
              assertThat(goOn.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException stopped) {
              throw new IllegalStateException(stopped);
            }
            judging.decrementAndGet();
            return verified(
                evidence,
                Map.of(Bound.REPORT_DATA, Bytes.copyOf(new byte[64])),
                Optional.empty(),
                Instant.MAX,
                Statement.of(Map.of()));
          }
        };
    return new Appraiser(List.of(patient), AppraisalPolicy.allowing(Set.of("simulated")));
  }

  private void issue(int number, int evidenceBytes) {
    Instant end = now.wall().plus(Duration.ofHours(1));
    PeerIdentity.Node node =
        new PeerIdentity.Node(
            "hanse.internal", EU, new NodeId("acme", "gpu-" + number), Set.of(Role.PROVIDER));
    AttestationStamp stamp =
        new AttestationStamp(
            new AttestationSummary("simulated", AttestationLevel.SIMULATED, now.wall(), end),
            digest(number),
            "built-in-1");
    membership
        .denials()
        .appraised(
            new NodeResult(
                node.id(),
                "simulated",
                "built-in-1",
                "built-in-1",
                digest(number),
                Map.of(),
                end,
                end,
                ""),
            now.wall());
    rejudging.issued(
        new EnrolmentOutcome.Enrolled(
            new IssuedIdentity(
                node,
                List.of(),
                List.of(),
                List.of(),
                end,
                end,
                stamp.summary(),
                stamp,
                Map.of(),
                ""),
            new Certified(
                Exchanges.of(node.id().name()),
                digest(number),
                "built-in-1",
                new Transcript(
                    List.of(new Evidence("simulated", Bytes.copyOf(new byte[evidenceBytes]))),
                    Bytes.copyOf(new byte[64]),
                    now.wall(),
                    end)),
            rejudging.inForce().revision()));
  }

  private static String digest(int number) {
    return HexFormat.of().toHexDigits(number).repeat(8);
  }
}
