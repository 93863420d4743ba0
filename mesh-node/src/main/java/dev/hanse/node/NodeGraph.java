package dev.hanse.node;

import dev.hanse.api.Endpoint;
import dev.hanse.api.Load;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.node.identity.EvidenceCollector;
import dev.hanse.node.identity.KeySource;
import dev.hanse.node.identity.Trust;
import dev.hanse.provider.simulated.SimulatedProvider;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;

/**
 * One node, put together: what {@code hanse node} runs, and the demo runs twelve of.
 *
 * <p>Threads: any.
 */
public final class NodeGraph {
  private final Vertx vertx;
  private final NodePlane plane;
  private final AtomicReference<String> deployment = new AtomicReference<>("");

  /**
   * What a node is given besides its configuration.
   *
   * @param trust the mesh's root, as known before joining
   * @param random for request ids and jitter; safe for use from several threads
   */
  public record Parts(
      EvidenceCollector evidence,
      KeySource keys,
      Trust trust,
      InstantSource clock,
      RandomGenerator random) {}

  private NodeGraph(Vertx vertx, NodeConfig config, Parts parts) {
    this.vertx = vertx;
    this.plane = new NodePlane(config, parts);
  }

  /**
   * Starts a node: it enrols, listens, reports and watches. Completes when it has a view of the
   * mesh and takes requests; fails, with nothing left running, when it is refused, when an address
   * is taken, and when no control plane is reached in time.
   */
  public static Future<NodeGraph> start(Vertx vertx, NodeConfig config, Parts parts) {
    NodeGraph graph = new NodeGraph(vertx, config, parts);
    return vertx
        .deployVerticle(graph.plane)
        .map(id -> {
          graph.deployment.set(id);
          return graph;
        });
  }

  public NodeId id() {
    return plane.settings().nodeId();
  }

  public RegionId region() {
    return plane.settings().region();
  }

  /** Where its edge listens; empty for a node without one. */
  public OptionalInt edgePort() {
    return plane.edgePort();
  }

  /** Where other nodes reach it; {@link Endpoint#NONE} for a node that runs nothing. */
  public Endpoint address() {
    return plane.advertised();
  }

  /** What it is doing now. */
  public Load load() {
    return plane.load();
  }

  /**
   * Asks from now on what {@code newer} asks for its models; the market applies it from its next
   * epoch. All else of {@code newer} waits for a restart. False, and nothing changed, if it has
   * other models.
   */
  public boolean reprice(NodeConfig newer) {
    return plane.reprice(newer);
  }

  /** Whether it would answer {@code /readyz} with 200. */
  public boolean isReady() {
    return plane.isReady();
  }

  /** Its simulated engines, for whoever wants to set faults. */
  public List<SimulatedProvider> simulatedEngines() {
    return plane.engines().map(Engines::simulated).orElse(List.of());
  }

  /**
   * Stops without cutting anybody off: says goodbye, finishes what is in flight, then goes.
   *
   * @param patience how long requests in flight may take
   */
  public Future<Void> drain(Duration patience) {
    return plane.drain(patience).transform(drained -> close());
  }

  /**
   * Stops as a crash would: nobody is told, connections are cut, what runs here is lost. For
   * rehearsals.
   */
  public Future<Void> crash() {
    return plane.crash().transform(cut -> close());
  }

  /** Stops at once, but tidily: connections are closed. Idempotent. */
  public Future<Void> close() {
    return Optional.of(deployment.getAndSet(""))
        .filter(id -> !id.isEmpty())
        .map(vertx::undeploy)
        .orElseGet(Future::succeededFuture);
  }
}
