package dev.hanse.node;

import dev.hanse.api.ModelId;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.Operation;
import dev.hanse.api.Price;
import dev.hanse.api.config.Default;
import dev.hanse.api.config.Doc;
import dev.hanse.api.config.Masked;
import dev.hanse.api.config.Secret;
import dev.hanse.provider.simulated.batching.GpuProfile;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** One engine of a provider node, and what is sold of it. */
@Doc("An engine this node runs requests on, and what it sells of it.")
public record EngineConfig(
    @Doc(
            """
            What it speaks. openai: vLLM, SGLang, NIM, TGI, Ollama, llama.cpp, LiteLLM and OpenAI.
            anthropic: the Messages API. simulated: answers are made up, and say so.\
            """)
        Dialect dialect,
    @Doc("Its base URL, for example http://127.0.0.1:8000; not for simulated.") Optional<URI> url,
    @Doc("Sent with every request to it. Best kept in a file.") @Secret Optional<String> apiKey,
    @Doc("Connections to it. Missing: 64 to openai, 32 to anthropic.") Optional<Integer> poolSize,
    @Doc("For TCP and TLS together.") @Default("5s") Duration connectTimeout,
    @Doc("Until the first bytes of a streamed answer.") @Default("60s") Duration firstChunkTimeout,
    @Doc("Between two reads of a streamed answer.") @Default("20s") Duration interChunkTimeout,
    @Doc("For simulated: the GPU, one of h100, a100, l40s, rtx4090, mi300x.") @Default("h100")
        String gpu,
    @Doc("For simulated: divides every simulated time; 10 is ten times as fast.") @Default("1")
        double timeScale,
    @Doc("For simulated: of answers to requests without a seed; the same on all nodes of a mesh.")
        @Default("0")
        long seed,
    List<Model> models) {

  /** What an engine speaks. */
  public enum Dialect {
    OPENAI,
    ANTHROPIC,
    SIMULATED
  }

  public EngineConfig {
    models = List.copyOf(models);
    if (dialect == Dialect.SIMULATED && url.isPresent()) {
      throw new IllegalArgumentException("url must be left out: a simulated engine has none");
    }
    if (dialect != Dialect.SIMULATED && url.isEmpty()) {
      throw new IllegalArgumentException("url is required, for example http://127.0.0.1:8000");
    }
    if (url.isPresent() && !url.get().getScheme().matches("https?")) {
      throw new IllegalArgumentException("url must be http or https, was " + url.get().getScheme());
    }
    if (url.isPresent() && url.get().getRawUserInfo() != null) {
      throw new IllegalArgumentException("url must not hold a password; use api-key");
    }
    if (poolSize.isPresent() && (poolSize.get() < 1 || poolSize.get() > 4096)) {
      throw new IllegalArgumentException("pool-size must be 1 to 4096, was " + poolSize.get());
    }
    if (!connectTimeout.isPositive()
        || !firstChunkTimeout.isPositive()
        || !interChunkTimeout.isPositive()) {
      throw new IllegalArgumentException("timeouts must be above 0s");
    }
    if (GpuProfile.all().stream().noneMatch(profile -> profile.name().equals(gpu))) {
      throw new IllegalArgumentException(
          "gpu must be one of "
              + GpuProfile.all().stream().map(GpuProfile::name).collect(Collectors.joining(", "))
              + ", was "
              + gpu);
    }
    if (!(timeScale > 0)) {
      throw new IllegalArgumentException("time-scale must be above 0, was " + timeScale);
    }
    if (models.isEmpty() || models.size() > 256) {
      throw new IllegalArgumentException("models must hold 1 to 256, had " + models.size());
    }
  }

  @Override
  public String toString() {
    return Masked.text(this);
  }

  /** A model as it is sold. */
  @Doc("A model this engine serves, as it is sold.")
  public record Model(
      @Doc("Its public name: what clients ask for.") ModelId id,
      @Doc("What the engine calls it, where that is not its public name.")
          Optional<String> engineName,
      @Doc("What can be asked of it.") @Default("[chat, completion]") List<Operation> operations,
      @Doc("Longest prompt and completion together, in tokens.") int contextTokens,
      @Doc("For example fp8; unspecified where it is not said.") @Default("unspecified")
          String quantization,
      PriceTag price,
      @Doc("Never settled below this. Missing: the price.") Optional<PriceTag> floor) {
    /** Above it a context is a mistake: the longest known are 10 million tokens. */
    private static final int MAX_CONTEXT_TOKENS = 100_000_000;

    public Model {
      operations = List.copyOf(operations);
      if (operations.isEmpty() || new HashSet<>(operations).size() < operations.size()) {
        throw new IllegalArgumentException("operations must name at least one, each once");
      }
      if (contextTokens < 1 || contextTokens > MAX_CONTEXT_TOKENS) {
        throw new IllegalArgumentException(
            "context-tokens must be 1 to " + MAX_CONTEXT_TOKENS + ", was " + contextTokens);
      }
      if (quantization.isBlank() || quantization.length() > 128) {
        throw new IllegalArgumentException("quantization must be 1 to 128 characters");
      }
      if (engineName.isPresent() && engineName.get().isBlank()) {
        throw new IllegalArgumentException("engine-name must not be empty");
      }
    }

    /** A model whose floor is its price. */
    public Model(
        ModelId id,
        Optional<String> engineName,
        List<Operation> operations,
        int contextTokens,
        String quantization,
        PriceTag price) {
      this(id, engineName, operations, contextTokens, quantization, price, Optional.empty());
    }

    /** Nothing is settled below it. */
    public Price floorPrice() {
      return floor.orElse(price).price();
    }

    public ModelOffer offer() {
      return new ModelOffer(
          id, new HashSet<>(operations), contextTokens, quantization, price.price());
    }

    /** The name to use towards the engine. */
    public String nameAtEngine() {
      return engineName.orElse(id.value());
    }
  }

  /** What is asked for it. */
  @Doc("In USD for a million tokens, 0 to 1000000; counted in millionths of a USD.")
  public record PriceTag(
      @Doc("For prompt tokens.") double input,
      @Doc("For prompt tokens the engine had in its cache. Missing: as input.")
          Optional<Double> cachedInput,
      @Doc("For completion tokens; 0 for embeddings.") double output) {
    private static final double MICROS_PER_USD = 1e6;

    public PriceTag {
      check("input", input);
      cachedInput.ifPresent(usd -> check("cached-input", usd));
      check("output", output);
    }

    private static void check(String name, double usd) {
      if (!(usd >= 0 && usd * MICROS_PER_USD <= Price.MAX_MICROS_PER_MTOK)) {
        throw new IllegalArgumentException(name + " must be 0 to 1000000 USD, was " + usd);
      }
    }

    public Price price() {
      return new Price(micros(input), micros(cachedInput.orElse(input)), micros(output));
    }

    private static long micros(double usd) {
      return Math.round(usd * MICROS_PER_USD);
    }
  }
}
