package dev.hanse.cli.demo;

import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.api.RegionId;
import dev.hanse.node.EngineConfig;
import dev.hanse.provider.simulated.batching.GpuProfile;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the demo is made of.
 *
 * @param regions three, each with one edge and three providers
 * @param firstEdgePort of the first region's edge, the others follow; 0 for any free ports
 * @param firstAdminPort of the first region's admin API, the others follow; 0 for any free ports
 * @param network second byte of the 127.x addresses its processes use, so that two can run at once
 * @param timeScale divides the simulated engines' times
 * @param real a real engine behind every provider, in place of the simulated ones
 * @param otlp an OTLP/HTTP collector every node sends its traces and metrics to
 */
public record DemoPlan(
    List<Region> regions,
    int firstEdgePort,
    int firstAdminPort,
    int network,
    double timeScale,
    Optional<RealEngine> real,
    Optional<URI> otlp) {
  static final String CHAT_MODEL = "llama-3.1-8b-instruct";
  static final String EMBEDDING_MODEL = "bge-m3";

  private static final int CHAT_CONTEXT = 131_072;
  private static final int EMBEDDING_CONTEXT = 8_192;

  /** A region and the three who sell in it. */
  record Region(RegionId id, String residency, List<Seller> sellers) {}

  /**
   * A provider node of the demo.
   *
   * @param inputUsd price of a million prompt tokens
   * @param outputUsd price of a million completion tokens
   * @param workTokens what it accepts at once
   */
  record Seller(NodeId id, GpuProfile gpu, double inputUsd, double outputUsd, long workTokens) {}

  /**
   * A real engine.
   *
   * @param models what it says it has loaded
   */
  record RealEngine(
      EngineConfig.Dialect dialect, URI url, Optional<String> apiKey, List<Model> models) {
    record Model(String name, int contextTokens) {}
  }

  /** Eight-, sixteen- and forty-cent regions would be dull: prices and GPUs differ everywhere. */
  public static DemoPlan standard() {
    return new DemoPlan(
        List.of(
            new Region(
                new RegionId("eu-west"),
                "eu",
                List.of(
                    seller("lubeck", "h100-1", GpuProfile.H100, 0.14, 0.42, 600_000),
                    seller("hamburg", "a100-1", GpuProfile.A100, 0.12, 0.36, 300_000),
                    seller("bremen", "l40s-1", GpuProfile.L40S, 0.10, 0.30, 250_000))),
            new Region(
                new RegionId("us-east"),
                "us",
                List.of(
                    seller("boston", "h100-1", GpuProfile.H100, 0.13, 0.40, 600_000),
                    seller("salem", "mi300x-1", GpuProfile.MI300X, 0.15, 0.45, 700_000),
                    seller("albany", "l40s-1", GpuProfile.L40S, 0.11, 0.32, 250_000))),
            new Region(
                new RegionId("ap-south"),
                "in",
                List.of(
                    seller("kochi", "a100-1", GpuProfile.A100, 0.11, 0.33, 300_000),
                    seller("goa", "l40s-1", GpuProfile.L40S, 0.09, 0.28, 250_000),
                    seller("surat", "rtx4090-1", GpuProfile.RTX4090, 0.08, 0.24, 140_000)))),
        8080,
        9070,
        10,
        1,
        Optional.empty(),
        Optional.empty());
  }

  /** On free ports and other addresses, for tests beside a running demo. */
  public static DemoPlan forTests(int network, double timeScale) {
    return new DemoPlan(
        standard().regions, 0, 0, network, timeScale, Optional.empty(), Optional.empty());
  }

  DemoPlan withPorts(int edge, int admin) {
    return new DemoPlan(regions, edge, admin, network, timeScale, real, otlp);
  }

  DemoPlan withTimeScale(double scale) {
    return new DemoPlan(regions, firstEdgePort, firstAdminPort, network, scale, real, otlp);
  }

  DemoPlan withReal(RealEngine engine) {
    return new DemoPlan(
        regions, firstEdgePort, firstAdminPort, network, timeScale, Optional.of(engine), otlp);
  }

  /** The same, telling a collector. */
  public DemoPlan withOtlp(URI collector) {
    return new DemoPlan(
        regions, firstEdgePort, firstAdminPort, network, timeScale, real, Optional.of(collector));
  }

  private static Seller seller(
      String provider, String name, GpuProfile gpu, double input, double output, long work) {
    return new Seller(new NodeId(provider, name), gpu, input, output, work);
  }

  /** The model to try first. */
  String model() {
    return real.map(engine -> engine.models().getFirst().name()).orElse(CHAT_MODEL);
  }

  EngineConfig engineOf(Seller seller) {
    return real.map(engine -> realEngine(engine, seller)).orElseGet(() -> simulated(seller));
  }

  private EngineConfig simulated(Seller seller) {
    return engine(
        EngineConfig.Dialect.SIMULATED,
        Optional.empty(),
        Optional.empty(),
        seller.gpu.name(),
        List.of(
            model(
                CHAT_MODEL,
                Set.of(Operation.CHAT, Operation.COMPLETION),
                CHAT_CONTEXT,
                "fp8",
                price(seller)),
            model(
                EMBEDDING_MODEL,
                Set.of(Operation.EMBEDDING),
                EMBEDDING_CONTEXT,
                "fp16",
                new EngineConfig.PriceTag(0.01, Optional.empty(), 0))));
  }

  private EngineConfig realEngine(RealEngine engine, Seller seller) {
    return engine(
        engine.dialect,
        Optional.of(engine.url),
        engine.apiKey,
        seller.gpu.name(),
        engine.models.stream()
            .map(loaded ->
                model(
                    loaded.name(),
                    Set.of(Operation.values()),
                    loaded.contextTokens(),
                    "unspecified",
                    price(seller)))
            .toList());
  }

  private EngineConfig engine(
      EngineConfig.Dialect dialect,
      Optional<URI> url,
      Optional<String> apiKey,
      String gpu,
      List<EngineConfig.Model> models) {
    return new EngineConfig(
        dialect,
        url,
        apiKey,
        Optional.empty(),
        Duration.ofSeconds(5),
        Duration.ofSeconds(60),
        Duration.ofSeconds(20),
        gpu,
        timeScale,
        0,
        models);
  }

  private static EngineConfig.Model model(
      String name,
      Set<Operation> operations,
      int contextTokens,
      String quantization,
      EngineConfig.PriceTag price) {
    return new EngineConfig.Model(
        new ModelId(name),
        Optional.empty(),
        List.copyOf(operations),
        contextTokens,
        quantization,
        price);
  }

  private static EngineConfig.PriceTag price(Seller seller) {
    return new EngineConfig.PriceTag(
        seller.inputUsd, Optional.of(seller.inputUsd / 4), seller.outputUsd);
  }
}
