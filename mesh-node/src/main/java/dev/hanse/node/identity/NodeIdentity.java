package dev.hanse.node.identity;

import dev.hanse.api.AttestationSummary;
import dev.hanse.api.Endpoint;
import dev.hanse.api.tls.MeshIdentity;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * This node's identity: enrolled for once, then renewed before it ends, each time with fresh
 * evidence.
 *
 * <p>Fails closed. While renewal fails the node keeps serving on the identity it has and says so
 * ever louder; at the instant the identity ends {@link #isValid} turns false, and stays so until an
 * enrolment succeeds. Renewal goes over mTLS with the current identity; once that has ended, only
 * the join token can help.
 *
 * <p>Reads are for any thread; listeners run on the event loop this was made on.
 */
public final class NodeIdentity {
  private static final Logger LOG = System.getLogger(NodeIdentity.class.getName());

  private static final Duration SHORTEST_WAIT = Duration.ofMillis(250);

  private final Vertx vertx;
  private final Context context;
  private final Joining joining;
  private final EnrolClient client;
  private final InstantSource clock;
  private final Backoff backoff;
  private final List<Consumer<MeshIdentity>> renewed = new CopyOnWriteArrayList<>();
  private final List<Runnable> expired = new CopyOnWriteArrayList<>();

  private volatile Enrolled.@Nullable Accepted current;
  private volatile boolean closed;

  // On the context only.
  private int failures;
  private int turn;
  private boolean renewing;
  private long timer = -1;
  private long expiryTimer = -1;

  /**
   * Prepares; nothing happens before {@link #start}.
   *
   * @param random for jitter
   */
  public NodeIdentity(
      Vertx vertx,
      Joining joining,
      KeySource keys,
      EvidenceCollector collector,
      InstantSource clock,
      RandomGenerator random) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.joining = joining;
    this.client =
        new EnrolClient(vertx, joining, new EnrolExchange(joining, keys, collector, clock));
    this.clock = clock;
    this.backoff = new Backoff(random);
  }

  /**
   * Enrols with the join token. Retries while control planes cannot be reached or ask to come back
   * later.
   *
   * @param within fails when this has passed; a refusal for good fails at once
   */
  public Future<MeshIdentity> start(Duration within) {
    Promise<MeshIdentity> started = Promise.promise();
    Instant deadline = clock.instant().plus(within);
    context.runOnContext(go -> join(deadline, started));
    return started.future();
  }

  /**
   * The identity to use now; it may have ended, see {@link #isValid}.
   *
   * @throws IllegalStateException before {@link #start} has completed
   */
  public MeshIdentity current() {
    Enrolled.Accepted enrolled = current;
    if (enrolled == null) {
      throw new IllegalStateException("this node has not enrolled yet");
    }
    return enrolled.identity();
  }

  /** What the control plane concluded of this node's evidence; empty before it did. */
  public Optional<AttestationSummary> attestation() {
    return Optional.ofNullable(current).map(Enrolled.Accepted::attestation);
  }

  /** Whether peers accept this node now. A node that is not valid is not ready. */
  public boolean isValid() {
    Enrolled.Accepted enrolled = current;
    return enrolled != null && clock.instant().isBefore(enrolled.identity().notAfter());
  }

  /**
   * The mesh accepts this identity no more: renews at once, with fresh evidence. A node that itself
   * is revoked is refused, and keeps asking without hurry.
   */
  public void withdrawn() {
    context.runOnContext(go -> {
      if (!closed && !renewing) {
        vertx.cancelTimer(timer);
        renew();
      }
    });
  }

  /** Calls {@code listener} with each identity after the first. */
  public void onRenewed(Consumer<MeshIdentity> listener) {
    renewed.add(listener);
  }

  /** Calls {@code listener} when the identity ends without a successor. */
  public void onExpired(Runnable listener) {
    expired.add(listener);
  }

  public void close() {
    closed = true;
    context.runOnContext(go -> {
      vertx.cancelTimer(timer);
      vertx.cancelTimer(expiryTimer);
    });
  }

  private void join(Instant deadline, Promise<MeshIdentity> started) {
    if (closed) {
      started.tryFail("closed while enrolling");
      return;
    }
    attempt(Optional.empty())
        .onSuccess(outcome -> {
          switch (outcome) {
            case Enrolled.Accepted accepted -> {
              take(accepted);
              started.tryComplete(accepted.identity());
            }
            case Enrolled.Refused refused -> {
              if (refused.retryAfter().isZero()) {
                started.tryFail(new EnrolmentRefused(refused));
              } else {
                joinLater(refused.code(), refused.retryAfter(), deadline, started);
              }
            }
          }
        })
        .onFailure(broken -> joinLater(broken.toString(), Duration.ZERO, deadline, started));
  }

  private void joinLater(
      String problem, Duration atLeast, Instant deadline, Promise<MeshIdentity> started) {
    Duration left = Duration.between(clock.instant(), deadline);
    if (!left.isPositive()) {
      started.tryFail("enrolment with " + joining.controlPlanes() + " failed: " + problem);
      return;
    }
    Duration wait = shorter(backoff.after(failures++, atLeast), left);
    LOG.log(Level.INFO, "enrolment waits millis={0} problem={1}", wait.toMillis(), problem);
    timer = vertx.setTimer(Math.max(1, wait.toMillis()), fired -> join(deadline, started));
  }

  private void take(Enrolled.Accepted accepted) {
    failures = 0;
    current = accepted;
    Instant now = clock.instant();
    vertx.cancelTimer(timer);
    vertx.cancelTimer(expiryTimer);
    if (closed) {
      return;
    }
    timer = vertx.setTimer(millis(now, accepted.renewAt()), fired -> renew());
    expiryTimer =
        vertx.setTimer(millis(now, accepted.identity().notAfter()), fired -> expire(accepted));
  }

  private void renew() {
    if (closed) {
      return;
    }
    renewing = true;
    attempt(isValid() ? Optional.of(current()) : Optional.empty())
        .onComplete(over -> renewing = false)
        .onSuccess(outcome -> {
          switch (outcome) {
            case Enrolled.Accepted accepted -> {
              take(accepted);
              LOG.log(
                  Level.INFO,
                  "identity renewed node={0} notAfter={1}",
                  joining.id(),
                  accepted.identity().notAfter());
              renewed.forEach(listener -> listener.accept(accepted.identity()));
            }
            case Enrolled.Refused refused ->
                renewLater(refused.code() + ": " + refused.message(), refused.retryAfter());
          }
        })
        .onFailure(broken -> renewLater(broken.toString(), Duration.ZERO));
  }

  private void renewLater(String problem, Duration atLeast) {
    if (closed) {
      return;
    }
    Duration left = Duration.between(clock.instant(), current().notAfter());
    Duration wait = backoff.after(failures++, atLeast);
    if (left.isPositive()) {
      // Several more tries before the end, without ever hammering.
      Duration soon = left.dividedBy(4);
      wait = shorter(wait, soon.compareTo(SHORTEST_WAIT) > 0 ? soon : SHORTEST_WAIT);
    }
    boolean late = failures > 3 || left.compareTo(Duration.ofMinutes(5)) < 0;
    LOG.log(
        late ? Level.ERROR : Level.WARNING,
        "identity cannot be renewed node={0} endsInSeconds={1} attempt={2} problem={3}",
        joining.id(),
        left.toSeconds(),
        failures,
        problem);
    timer = vertx.setTimer(wait.toMillis(), fired -> renew());
  }

  private void expire(Enrolled.Accepted ended) {
    if (closed || !ended.equals(current)) {
      return;
    }
    LOG.log(
        Level.ERROR,
        "identity ended without a successor: this node is not ready node={0}",
        joining.id());
    failures = 0;
    expired.forEach(Runnable::run);
  }

  private Future<Enrolled> attempt(Optional<MeshIdentity> identity) {
    List<Endpoint> controlPlanes = joining.controlPlanes();
    Endpoint next = controlPlanes.get(turn++ % controlPlanes.size());
    return client.enrol(next, identity);
  }

  private static long millis(Instant now, Instant then) {
    return Math.max(1, Duration.between(now, then).toMillis());
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }
}
