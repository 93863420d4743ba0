package dev.hanse.control;

import dev.hanse.api.Endpoint;
import dev.hanse.api.RegionId;
import dev.hanse.api.Snapshot;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.control.identity.RegionAuthority;
import dev.hanse.control.ledger.Ledger;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.workflow.Activations;
import dev.hanse.control.workflow.TpmMemory;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * A running control plane. All of it but appraising and signing lives on one event loop, which is
 * what lets the membership do without locks; the methods here may be called from any thread.
 */
public final class ControlGraph {
  private final Vertx vertx;
  private final ControlPlane plane;
  private final String deployment;

  /**
   * What a control plane is made of besides its configuration.
   *
   * @param authority issues the region's identities, its own among them
   * @param appraiser judges newcomers' evidence
   * @param activations proves that newcomers' TPMs are what they endorse
   * @param floors those of the verifiers: kept in the ledger, and raised to what it knows
   * @param tpms what verifiers and activations know of TPMs: kept in the ledger likewise
   * @param ledger closed with the control plane, and not before
   */
  public record Parts(
      RegionAuthority authority,
      Appraiser appraiser,
      Activations activations,
      RollbackFloors floors,
      TpmMemory tpms,
      Ledger ledger,
      ControlClock clock,
      ControlMetrics metrics) {
    private static final Duration USUAL_LIFE = Duration.ofHours(24);

    /** For a region whose verifiers ask for no collateral, or have floors of their own. */
    public Parts(
        RegionAuthority authority,
        Appraiser appraiser,
        Activations activations,
        Ledger ledger,
        ControlClock clock,
        ControlMetrics metrics) {
      this(
          authority,
          appraiser,
          activations,
          new RollbackFloors(),
          TpmMemory.trustingNobody(USUAL_LIFE),
          ledger,
          clock,
          metrics);
    }

    /** For a region that trusts no TPM. */
    public Parts(
        RegionAuthority authority,
        Appraiser appraiser,
        Ledger ledger,
        ControlClock clock,
        ControlMetrics metrics) {
      this(authority, appraiser, Activations.NONE, ledger, clock, metrics);
    }
  }

  /**
   * What came of judging everybody anew, by certificates: a node that has just renewed has two.
   *
   * @param standing those that go on
   * @param withdrawn those that do not
   */
  public record Rejudged(int standing, int withdrawn) {}

  private ControlGraph(Vertx vertx, ControlPlane plane, String deployment) {
    this.vertx = vertx;
    this.plane = plane;
    this.deployment = deployment;
  }

  /**
   * Starts a control plane; it listens when the future completes. It fails with {@link
   * dev.hanse.control.ledger.LedgerException} if its state cannot be used and with a {@code
   * BindException} if a port is taken; the ledger is closed then.
   *
   * @throws IllegalArgumentException if the authority is another region's
   */
  public static Future<ControlGraph> start(Vertx vertx, ControlConfig config, Parts parts) {
    if (!parts.authority().region().equals(config.region())) {
      throw new IllegalArgumentException(
          "the authority is of "
              + parts.authority().region()
              + ", the control plane of "
              + config.region());
    }
    return vertx
        .executeBlocking(() -> new ControlPlane(vertx, config, parts, parts.ledger().load()))
        .onFailure(unusable -> parts.ledger().close())
        .map(Objects::<ControlPlane>requireNonNull)
        .compose(
            plane -> vertx.deployVerticle(plane).map(id -> new ControlGraph(vertx, plane, id)));
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

  /** The provider whose nodes may join with {@code joinToken}; empty if none may. */
  public Optional<String> providerOf(String joinToken) {
    return plane.providerOf(joinToken);
  }

  /**
   * Judges by another policy or other collateral from now on: newcomers at once, and each member
   * again from its evidence, within seconds. Who still passes goes on undisturbed; who does not is
   * withdrawn, as is who was appraised by an earlier process whose ledger is gone, or whose
   * evidence did not fit into memory: every edge learns it as it learns of a revocation, and they
   * may bring fresh evidence.
   *
   * @return when everybody has been judged
   */
  public Future<Rejudged> appraiseBy(Appraiser appraiser) {
    return onHome(() -> plane.appraiseBy(appraiser)).compose(judging -> judging);
  }

  /**
   * Signs with another CA of the region from now on, and shows a certificate of it. Identities
   * issued before stay valid until they end.
   *
   * @throws IllegalArgumentException if it is another region's
   */
  public Future<Void> rotate(RegionAuthority next) {
    return plane.rotate(next);
  }

  /** Stops: connections end, leases stay with whoever comes next on the same ledger. */
  public Future<Void> close() {
    return vertx.undeploy(deployment);
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
}
