package dev.hanse.cli.demo;

import dev.hanse.api.ClientKey;
import dev.hanse.api.Endpoint;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import dev.hanse.cli.mesh.Appraisers;
import dev.hanse.cli.mesh.RunningProcess;
import dev.hanse.control.ControlClock;
import dev.hanse.control.ControlConfig;
import dev.hanse.control.ControlGraph;
import dev.hanse.control.access.Credential;
import dev.hanse.control.access.JoinToken;
import dev.hanse.control.identity.MeshAuthority;
import dev.hanse.control.identity.RegionAuthority;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.store.MemoryLedger;
import dev.hanse.node.NodeGraph;
import dev.hanse.node.identity.KeySource;
import dev.hanse.node.identity.SimulatedCollector;
import dev.hanse.node.identity.Trust;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A whole mesh in one process: three regions with a control plane, an edge and three providers
 * each, over real sockets with mutual TLS. What {@code hanse demo} runs, and what scenarios break.
 *
 * <p>Threads: any that may wait.
 */
public final class DemoMesh implements AutoCloseable {
  /** Documented, so that a first request can be copied from a page; it opens the loopback only. */
  public static final String KEY = "hk-demo-local-only-not-a-secret";

  private static final String KEY_ID = "demo";
  private static final Duration STOP_WITHIN = Duration.ofSeconds(15);
  private static final Duration DRAIN_WITHIN = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final DemoPlan plan;
  private final SecureRandom random = new SecureRandom();
  private final String placementSeed;
  private final String adminToken;
  private final MeshAuthority root;
  private final Map<RegionId, RegionAuthority> authorities = new HashMap<>();
  private final SimulatedPlatform platform;
  private final Appraiser appraiser;
  private final DemoAddresses addresses;
  private final Map<String, Credential> joinTokens = new HashMap<>();
  private final Map<RegionId, MemoryLedger> ledgers = new HashMap<>();
  private final Map<RegionId, ControlGraph> controls = new ConcurrentHashMap<>();
  private final Map<RegionId, Endpoint> admins = new ConcurrentHashMap<>();
  private final Map<NodeId, NodeGraph> nodes = new ConcurrentHashMap<>();

  private DemoMesh(DemoPlan plan) {
    this.plan = plan;
    this.vertx = RunningProcess.vertx();
    this.adminToken = Credential.mint("ha", random).text();
    this.placementSeed = HexFormat.of().toHexDigits(random.nextLong());
    this.root = MeshAuthority.create("hanse.internal", Clock.systemUTC(), random);
    this.platform = SimulatedPlatform.generate(random);
    this.appraiser = Appraisers.simulated(List.of(platform.root()));
    this.addresses = DemoAddresses.of(plan.network());
    for (DemoPlan.Region region : plan.regions()) {
      authorities.put(region.id(), root.region(region.id()));
      joinTokens.putIfAbsent(DemoConfigs.OPERATOR, Credential.mint("hj", random));
      for (DemoPlan.Seller seller : region.sellers()) {
        joinTokens.putIfAbsent(seller.id().provider(), Credential.mint("hj", random));
      }
    }
    for (DemoPlan.Region region : plan.regions()) {
      ledgers.put(region.id(), ledger());
    }
  }

  /** Starts everything; when it returns, every edge has a view of all three regions' nodes. */
  public static DemoMesh start(DemoPlan plan) throws Exception {
    DemoMesh mesh = new DemoMesh(plan);
    try {
      mesh.startControls();
      mesh.startNodes();
      return mesh;
    } catch (Exception failure) {
      mesh.close();
      throw failure;
    }
  }

  private MemoryLedger ledger() {
    MemoryLedger ledger = new MemoryLedger();
    Instant now = Instant.now();
    var _ =
        ledger.saveKeys(
            List.of(
                new ClientKey(
                    KEY_ID,
                    Credential.sha256Hex(KEY),
                    "demo",
                    Set.of(),
                    0,
                    0,
                    Optional.empty(),
                    false,
                    1)));
    var _ =
        ledger.saveJoinTokens(
            joinTokens.entrySet().stream()
                .map(entry ->
                    new JoinToken(
                        entry.getValue().id(),
                        entry.getValue().sha256Hex(),
                        entry.getKey(),
                        now,
                        now.plus(Duration.ofDays(365)),
                        false))
                .toList());
    return ledger;
  }

  private void startControls() throws Exception {
    List<Future<?>> starting = new ArrayList<>();
    for (DemoPlan.Region region : plan.regions()) {
      starting.add(startControl(region.id()));
    }
    RunningProcess.awaitStart(Future.all(starting));
  }

  private Future<ControlGraph> startControl(RegionId region) {
    int index = indexOf(region);
    Endpoint admin =
        Optional.ofNullable(admins.get(region))
            .orElse(
                new Endpoint(
                    "127.0.0.1", plan.firstAdminPort() == 0 ? 0 : plan.firstAdminPort() + index));
    Map<RegionId, Endpoint> peers =
        plan.regions().stream()
            .map(DemoPlan.Region::id)
            .filter(other -> !other.equals(region))
            .collect(Collectors.toMap(other -> other, other -> addresses.control(indexOf(other))));
    ControlConfig config =
        ControlConfig.local(region, adminToken)
            .withResidency(plan.regions().get(index).residency())
            .withListen(addresses.control(index))
            .withAdmin(new ControlConfig.Admin(admin, adminToken))
            .withPlacementSeed(placementSeed)
            .withPeers(peers);
    return ControlGraph.start(
            vertx,
            config,
            new ControlGraph.Parts(
                known(authorities, region),
                appraiser,
                known(ledgers, region),
                ControlClock.system(),
                ControlMetrics.NONE))
        .map(control -> {
          controls.put(region, control);
          admins.put(region, control.admin());
          return control;
        });
  }

  private void startNodes() throws Exception {
    List<Future<?>> providers = new ArrayList<>();
    for (DemoPlan.Region region : plan.regions()) {
      for (DemoPlan.Seller seller : region.sellers()) {
        providers.add(startNode(seller.id()));
      }
    }
    RunningProcess.awaitStart(Future.all(providers));
    List<Future<?>> edges = new ArrayList<>();
    for (DemoPlan.Region region : plan.regions()) {
      edges.add(startNode(DemoConfigs.edgeOf(region.id())));
    }
    RunningProcess.awaitStart(Future.all(edges));
  }

  private Future<NodeGraph> startNode(NodeId id) {
    DemoConfigs configs = new DemoConfigs(plan, addresses, joinTokens);
    Trust trust = new Trust.Bundle(List.of(root.root()));
    NodeGraph.Parts parts =
        new NodeGraph.Parts(
            new SimulatedCollector(platform, "hanse-demo", Clock.systemUTC()),
            KeySource.fresh(random),
            trust,
            Clock.systemUTC(),
            new Random(random.nextLong()));
    return NodeGraph.start(vertx, configs.of(id, edgePortOf(id)), parts)
        .map(node -> {
          nodes.put(id, node);
          return node;
        });
  }

  /** An edge keeps its port when it is started again. */
  private int edgePortOf(NodeId id) {
    NodeGraph before = nodes.get(id);
    if (before != null && before.edgePort().isPresent()) {
      return before.edgePort().getAsInt();
    }
    for (DemoPlan.Region region : plan.regions()) {
      if (DemoConfigs.edgeOf(region.id()).equals(id) && plan.firstEdgePort() != 0) {
        return plan.firstEdgePort() + indexOf(region.id());
      }
    }
    return 0;
  }

  private int indexOf(RegionId region) {
    return plan.regions().stream().map(DemoPlan.Region::id).toList().indexOf(region);
  }

  /** Base URLs of the edges, in the order of {@link #regions}. */
  public List<URI> edges() {
    return regions().stream().map(this::edge).toList();
  }

  /** Base URL of a region's edge. */
  public URI edge(RegionId region) {
    return URI.create(
        "http://127.0.0.1:"
            + Optional.ofNullable(nodes.get(DemoConfigs.edgeOf(region)))
                .orElseThrow()
                .edgePort()
                .orElseThrow());
  }

  public List<RegionId> regions() {
    return plan.regions().stream().map(DemoPlan.Region::id).toList();
  }

  /** Base URL of a region's admin API. */
  public URI admin(RegionId region) {
    return URI.create("http://" + admins.get(region));
  }

  public String adminToken() {
    return adminToken;
  }

  /** An API key without limits. */
  public String key() {
    return KEY;
  }

  /** A model that chats. */
  public String model() {
    return plan.model();
  }

  /** A model that embeds; the simulated engines have it. */
  public String embeddingModel() {
    return DemoPlan.EMBEDDING_MODEL;
  }

  /** Every node that runs now, edges included. */
  public Map<NodeId, NodeGraph> nodes() {
    return Map.copyOf(nodes);
  }

  /** The providers of a region. */
  public List<NodeId> providersOf(RegionId region) {
    return plan.regions().get(indexOf(region)).sellers().stream().map(DemoPlan.Seller::id).toList();
  }

  /** Stops a node as a crash would: nobody is told, what it runs is lost. */
  public void kill(NodeId node) throws Exception {
    RunningProcess.await(known(nodes, node).crash(), STOP_WITHIN);
  }

  /** Starts a node again that was killed. */
  public void revive(NodeId node) throws Exception {
    RunningProcess.awaitStart(startNode(node));
  }

  /** Stops a region's control plane and, after a while, starts it with what it had stored. */
  public void restartControl(RegionId region, Duration downFor) throws Exception {
    RunningProcess.await(known(controls, region).close(), STOP_WITHIN);
    RunningProcess.await(
        vertx.timer(Math.max(1, downFor.toMillis()), TimeUnit.MILLISECONDS),
        downFor.plusSeconds(5));
    RunningProcess.awaitStart(startControl(region));
  }

  /** Judges everybody by another policy; when it returns, every region has. */
  public void appraiseBy(AppraisalPolicy policy) throws Exception {
    Appraiser next = Appraisers.simulated(List.of(platform.root()), policy);
    RunningProcess.await(
        Future.all(controls.values().stream().map(control -> control.appraiseBy(next)).toList()),
        STOP_WITHIN);
  }

  /** Edges first, so that nobody is sent to a provider that goes; then providers, then controls. */
  @Override
  public void close() {
    Map<NodeId, NodeGraph> running = new LinkedHashMap<>(nodes);
    stop(
        running.values().stream()
            .filter(node -> node.edgePort().isPresent())
            .map(node -> node.drain(DRAIN_WITHIN))
            .toList());
    stop(
        running.values().stream()
            .filter(node -> node.edgePort().isEmpty())
            .map(NodeGraph::close)
            .toList());
    stop(controls.values().stream().map(ControlGraph::close).toList());
    stop(List.of(vertx.close()));
  }

  private static <K, V> V known(Map<K, V> all, K key) {
    V found = all.get(key);
    if (found == null) {
      throw new IllegalArgumentException("the demo has no " + key);
    }
    return found;
  }

  private static void stop(List<Future<Void>> ends) {
    if (ends.isEmpty()) {
      return;
    }
    try {
      RunningProcess.await(Future.join(ends), STOP_WITHIN);
    } catch (Exception failure) {
      System.getLogger(DemoMesh.class.getName())
          .log(System.Logger.Level.WARNING, "stopping problem={0}", failure.toString());
    }
  }
}
