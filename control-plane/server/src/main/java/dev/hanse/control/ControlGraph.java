package dev.hanse.control;

import dev.hanse.api.AttestationSummary;
import dev.hanse.api.Endpoint;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.api.Snapshot;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.control.ledger.Ledger;
import dev.hanse.control.ledger.LedgerException;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.Moment;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.grpc.server.GrpcServer;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * A running control plane. All of it but enrolment lives on one event loop, which is what lets the
 * membership do without locks; the methods here may be called from any thread.
 */
public final class ControlGraph {
  private final Vertx vertx;
  private final Parts parts;
  private final EnrolmentDesk desk;
  private final ControlPlane plane;
  private final AtomicReference<String> deployment = new AtomicReference<>("");

  /**
   * What a control plane is made of besides its configuration.
   *
   * @param identity its own; see {@link #renew}
   * @param ledger closed with the control plane, and not before
   * @param enrolment binds the enrolment service to the server that everybody may connect to
   */
  public record Parts(
      MeshIdentity identity,
      Ledger ledger,
      Supplier<Moment> clock,
      BiConsumer<GrpcServer, EnrolmentDesk> enrolment,
      ControlMetrics metrics) {}

  private ControlGraph(Vertx vertx, ControlConfig config, Parts parts, Ledger.Contents contents) {
    this.vertx = vertx;
    this.parts = parts;
    this.desk = new Desk();
    this.plane = new ControlPlane(vertx, config, parts, contents, desk);
  }

  /**
   * Starts a control plane; it listens when the future completes. It fails with {@link
   * LedgerException} if its state cannot be used and with a {@code BindException} if a port is
   * taken; the ledger is closed then.
   */
  public static Future<ControlGraph> start(Vertx vertx, ControlConfig config, Parts parts) {
    return vertx
        .executeBlocking(parts.ledger()::load)
        .recover(failure ->
            vertx.executeBlocking(() -> {
              parts.ledger().close();
              throw new LedgerException(String.valueOf(failure.getMessage()), failure);
            }))
        .compose(contents ->
            new ControlGraph(vertx, config, parts, Objects.requireNonNull(contents)).deployed());
  }

  private Future<ControlGraph> deployed() {
    return vertx
        .deployVerticle(plane)
        .map(id -> {
          deployment.set(id);
          return this;
        });
  }

  /** Where nodes and control planes reach it over gRPC, with the port it really has. */
  public Endpoint rpc() {
    return plane.rpc();
  }

  /** Where its admin API listens, with the port it really has. */
  public Endpoint admin() {
    return plane.admin();
  }

  public RegionId region() {
    return plane.region();
  }

  /** Whether watchers are answered: not within the rebuild window after a restart. */
  public Future<Boolean> isReady() {
    return onHome(() -> plane.membership().isRebuilt());
  }

  /** What an edge of this region is told now. */
  public Future<Snapshot> snapshot() {
    return onHome(() -> plane.membership().snapshot());
  }

  /** What the enrolment service asks of the rest. */
  public EnrolmentDesk desk() {
    return desk;
  }

  /** Takes up a renewed identity: connections made from now on show it. */
  public Future<Void> renew(MeshIdentity identity) {
    return onHome(() -> plane.renew(identity)).compose(renewed -> renewed);
  }

  /** Stops: connections end, leases stay with whoever comes next on the same ledger. */
  public Future<Void> close() {
    return vertx.undeploy(deployment.get());
  }

  private <T> Future<T> onHome(Callable<T> question) {
    Promise<T> answer = Promise.promise();
    plane
        .home()
        .runOnContext(home -> {
          try {
            answer.complete(question.call());
          } catch (Exception failure) {
            answer.fail(failure);
          }
        });
    return answer.future();
  }

  private final class Desk implements EnrolmentDesk {
    @Override
    public Optional<String> providerOf(String joinToken) {
      return plane.joinTokens().providerOf(joinToken, parts.clock().get().wall());
    }

    @Override
    public Future<Boolean> attested(NodeId id, AttestationSummary summary) {
      return onHome(() -> plane.membership().attested(id, summary, parts.clock().get()));
    }
  }
}
