package dev.hanse.node;

import dev.hanse.api.ModelId;
import dev.hanse.node.dispatch.Engine;
import dev.hanse.provider.EngineModel;
import dev.hanse.provider.Provider;
import dev.hanse.provider.anthropic.AnthropicProvider;
import dev.hanse.provider.http.Secret;
import dev.hanse.provider.http.UpstreamConfig;
import dev.hanse.provider.openai.OpenAiProvider;
import dev.hanse.provider.resilience.CircuitBreaker;
import dev.hanse.provider.resilience.Resilience;
import dev.hanse.provider.resilience.RetryPlan;
import dev.hanse.provider.simulated.SimulatedConfig;
import dev.hanse.provider.simulated.SimulatedProvider;
import dev.hanse.provider.simulated.batching.EngineLimits;
import dev.hanse.provider.simulated.batching.GpuProfile;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** A node's engines: each configured one, with what stands between it and the node. */
final class Engines {
  private final List<EngineConfig> configs;
  private final List<Provider> bare;
  private final List<Engine> engines;

  /**
   * Makes the providers; nothing is connected yet.
   *
   * @param measured wraps each provider, nearest to the engine
   */
  Engines(
      Vertx vertx,
      List<EngineConfig> configs,
      UnaryOperator<Provider> measured,
      InstantSource clock,
      RandomGenerator random) {
    this.configs = configs;
    this.bare = configs.stream().map(config -> provider(vertx, config, clock)).toList();
    this.engines =
        java.util.stream.IntStream.range(0, configs.size())
            .mapToObj(index ->
                new Engine(
                    Resilience.around(
                        vertx,
                        measured.apply(bare.get(index)),
                        CircuitBreaker.Limits.DEFAULT,
                        RetryPlan.DEFAULT,
                        clock,
                        random),
                    namesOf(configs.get(index))))
            .toList();
  }

  List<Engine> all() {
    return engines;
  }

  /** The simulated ones, for whoever wants to set faults. */
  List<SimulatedProvider> simulated() {
    return bare.stream()
        .filter(SimulatedProvider.class::isInstance)
        .map(SimulatedProvider.class::cast)
        .toList();
  }

  /** What they are, for people: {@code simulated (h100)}, say. */
  String description() {
    return String.join(
        ", ", bare.stream().map(engine -> engine.capability().engine()).distinct().toList());
  }

  boolean areSimulated() {
    return bare.stream().anyMatch(engine -> engine.capability().simulated());
  }

  int size() {
    return configs.size();
  }

  private static Map<ModelId, String> namesOf(EngineConfig config) {
    Map<ModelId, String> names = new HashMap<>();
    for (EngineConfig.Model model : config.models()) {
      names.put(model.id(), model.nameAtEngine());
    }
    return names;
  }

  private static Provider provider(Vertx vertx, EngineConfig config, InstantSource clock) {
    return switch (config.dialect()) {
      case OPENAI ->
          OpenAiProvider.create(
              vertx,
              upstream(config, UpstreamConfig.OPENAI_POOL),
              OpenAiProvider.usualCapability("openai"),
              clock);
      case ANTHROPIC ->
          AnthropicProvider.create(
              vertx,
              upstream(config, UpstreamConfig.ANTHROPIC_POOL),
              AnthropicProvider.DEFAULT_MAX_TOKENS,
              clock);
      case SIMULATED -> SimulatedProvider.create(vertx, simulated(config), clock);
    };
  }

  private static SimulatedConfig simulated(EngineConfig config) {
    GpuProfile profile = GpuProfile.named(config.gpu());
    return new SimulatedConfig(
        profile,
        EngineLimits.of(profile),
        config.models().stream()
            .map(model -> new EngineModel(model.nameAtEngine(), model.contextTokens()))
            .toList(),
        config.seed(),
        config.timeScale());
  }

  private static UpstreamConfig upstream(EngineConfig config, int defaultPool) {
    Optional<URI> url = config.url();
    UpstreamConfig usual =
        UpstreamConfig.of(
            url.orElseThrow(),
            config.apiKey().map(Secret::new).orElse(Secret.NONE),
            config.poolSize().orElse(defaultPool));
    return new UpstreamConfig(
        usual.baseUri(),
        usual.secret(),
        usual.poolSize(),
        usual.waitQueue(),
        config.connectTimeout(),
        config.firstChunkTimeout(),
        config.interChunkTimeout(),
        usual.maxEventBytes(),
        usual.maxAnswerBytes(),
        usual.trustedCertificates());
  }
}
