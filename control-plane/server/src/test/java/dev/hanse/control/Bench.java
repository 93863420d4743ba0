package dev.hanse.control;

import dev.hanse.api.Endpoint;
import dev.hanse.api.RegionId;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.control.identity.RegionAuthority;
import dev.hanse.control.ledger.Ledger;
import dev.hanse.control.membership.ControlMetrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;

/** Control planes with short leases on the loopback, and what a test needs to talk to them. */
public final class Bench implements AutoCloseable {
  public static final String ADMIN_TOKEN = "an-admin-token-for-tests";

  /** A tenth of the real times or less, and still far above a scheduling hiccup. */
  static final ControlConfig.Timing QUICK =
      new ControlConfig.Timing(
          Duration.ofMillis(200),
          Duration.ofMillis(2500),
          Duration.ofMillis(20),
          Duration.ofMillis(2000),
          Duration.ofMinutes(10));

  static {
    // Machines that build several modules at once are slow; a test that hangs still ends.
    Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
  }

  public final Vertx vertx = Vertx.vertx();
  public final TestCa ca = new TestCa();
  private final List<ControlGraph> graphs = new ArrayList<>();

  public static ControlConfig config(RegionId region) {
    return ControlConfig.local(region, ADMIN_TOKEN).withTiming(QUICK);
  }

  public ControlGraph start(ControlConfig config, Ledger ledger) {
    return start(config, ledger, ControlMetrics.NONE);
  }

  public ControlGraph start(ControlConfig config, Ledger ledger, ControlMetrics metrics) {
    return start(config, ledger, ca.region(config.region()), metrics);
  }

  public ControlGraph start(ControlConfig config, Ledger ledger, RegionAuthority authority) {
    return start(config, ledger, authority, ControlMetrics.NONE);
  }

  /** One that judges by another policy than the built-in one. */
  public ControlGraph start(ControlConfig config, Ledger ledger, Appraiser appraiser) {
    return start(
        config,
        new ControlGraph.Parts(
            ca.region(config.region()),
            appraiser,
            ledger,
            ControlClock.system(),
            ControlMetrics.NONE));
  }

  private ControlGraph start(
      ControlConfig config, Ledger ledger, RegionAuthority authority, ControlMetrics metrics) {
    return start(
        config,
        new ControlGraph.Parts(authority, ca.appraiser(), ledger, ControlClock.system(), metrics));
  }

  public ControlGraph start(ControlConfig config, ControlGraph.Parts parts) {
    ControlGraph graph = get(ControlGraph.start(vertx, config, parts));
    graphs.add(graph);
    return graph;
  }

  public void stop(ControlGraph graph) {
    graphs.remove(graph);
    get(graph.close());
  }

  public ScriptedNode node(RegionId region, String name, Endpoint control) {
    return new ScriptedNode(this, region, name, region, control);
  }

  /** Waits for a future, at most half a minute. */
  public static <T> T get(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      throw new IllegalStateException(String.valueOf(failed.getCause()), failed.getCause());
    } catch (TimeoutException | InterruptedException late) {
      throw new IllegalStateException("did not happen in time", late);
    }
  }

  @Override
  public void close() {
    List.copyOf(graphs).forEach(this::stop);
    get(vertx.close());
  }
}
