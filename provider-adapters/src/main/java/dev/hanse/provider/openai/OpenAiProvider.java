package dev.hanse.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hanse.provider.Capability;
import dev.hanse.provider.EngineModel;
import dev.hanse.provider.EngineRequest;
import dev.hanse.provider.EngineStatus;
import dev.hanse.provider.EngineUnavailable;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.Operation;
import dev.hanse.provider.Provider;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import dev.hanse.provider.http.AnswerReader;
import dev.hanse.provider.http.MalformedAnswer;
import dev.hanse.provider.http.RefusedExchange;
import dev.hanse.provider.http.RetryAfter;
import dev.hanse.provider.http.Secret;
import dev.hanse.provider.http.StatusTaxonomy;
import dev.hanse.provider.http.UpstreamCall;
import dev.hanse.provider.http.UpstreamClient;
import dev.hanse.provider.http.UpstreamConfig;
import dev.hanse.provider.http.UpstreamReply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An engine that speaks OpenAI's API. */
public final class OpenAiProvider implements Provider {
  /** How long a question about the engine's state may take; a healthy one answers in millis. */
  private static final Duration STATUS_BUDGET = Duration.ofSeconds(5);

  private static final int MAX_MODELS = 10_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Vertx vertx;
  private final Capability capability;
  private final UpstreamClient client;
  private final RetryAfter retryAfter;

  private OpenAiProvider(
      Vertx vertx, UpstreamConfig config, Capability capability, InstantSource clock) {
    this.vertx = vertx;
    this.capability = capability;
    this.client = new UpstreamClient(vertx, config, credentials(config.secret()));
    this.retryAfter = new RetryAfter(clock);
  }

  /**
   * The provider of one engine.
   *
   * @param config where it is; {@link UpstreamConfig#of} with {@link UpstreamConfig#OPENAI_POOL}
   *     has the defaults
   * @param clock against which dates in {@code retry-after} are read
   */
  public static OpenAiProvider create(
      Vertx vertx, UpstreamConfig config, Capability capability, InstantSource clock) {
    return new OpenAiProvider(vertx, config, capability, clock);
  }

  /** What is true of most engines of this dialect: all operations, usage, no continuation. */
  public static Capability usualCapability(String engine) {
    return new Capability(engine, false, Set.of(Operation.values()), true, false);
  }

  @Override
  public String name() {
    return "openai";
  }

  @Override
  public Capability capability() {
    return capability;
  }

  @Override
  public Exchange open(EngineRequest request, ExchangeListener listener) {
    BodySplice splice;
    try {
      splice =
          BodySplice.of(request.body(), request.operation(), request.model(), request.stream());
    } catch (MalformedAnswer malformed) {
      return RefusedExchange.tell(
          vertx,
          listener,
          StatusTaxonomy.of(
              Kind.INVALID_REQUEST,
              400,
              "invalid_json",
              "the request's body is " + malformed.getMessage(),
              new Retry.Never(),
              Usage.NONE));
    }
    boolean stream = request.stream() && request.operation() != Operation.EMBEDDING;
    UpstreamConfig config = client.config();
    AnswerReader reader =
        stream
            ? new OpenAiStream(config.maxEventBytes(), retryAfter, splice.promptChars())
            : new OpenAiAnswer(
                request.operation(), config.maxAnswerBytes(), retryAfter, splice.promptChars());
    Map<String, String> headers = new HashMap<>(request.headers());
    headers.put("x-request-id", request.requestId());
    return client.open(
        new UpstreamCall(
            config.apiPath() + path(request.operation()),
            headers,
            splice.body(),
            stream,
            request.budget()),
        reader,
        listener);
  }

  /**
   * {@code /health} where there is one, else {@code /v1/models}; then {@code /metrics}, whose
   * absence is no fault.
   */
  @Override
  public Future<EngineStatus> status() {
    UpstreamConfig config = client.config();
    return client
        .get(config.serverPath() + "/health", STATUS_BUDGET)
        .compose(health ->
            health.status() == 404 || health.status() == 405
                ? client.get(config.apiPath() + "/models", STATUS_BUDGET)
                : Future.succeededFuture(health))
        .compose(this::requireWell)
        .compose(well -> gauges());
  }

  @Override
  public Future<List<EngineModel>> models() {
    return client
        .get(client.config().apiPath() + "/models", STATUS_BUDGET)
        .compose(this::requireWell)
        .compose(reply -> {
          try {
            return Future.succeededFuture(modelsIn(JSON.readTree(reply.body().getBytes())));
          } catch (IOException notJson) {
            return Future.failedFuture(new EngineUnavailable(malformed()));
          }
        });
  }

  @Override
  public Future<Void> close() {
    return client.close();
  }

  private Future<UpstreamReply> requireWell(UpstreamReply reply) {
    return reply.status() >= 200 && reply.status() < 300
        ? Future.succeededFuture(reply)
        : Future.failedFuture(
            new EngineUnavailable(
                ErrorReading.read(
                    reply.status(),
                    retryAfter.read(reply.headers()),
                    reply.body().getBytes(),
                    Usage.NONE)));
  }

  private Future<EngineStatus> gauges() {
    return client
        .get(client.config().serverPath() + "/metrics", STATUS_BUDGET)
        .map(reply ->
            reply.status() == 200
                ? EngineGauges.read(reply.body().toString(StandardCharsets.UTF_8))
                : new EngineStatus(0, 0))
        .otherwise(new EngineStatus(0, 0));
  }

  /** vLLM and SGLang say {@code max_model_len}; proxies {@code context_length} or alike. */
  private static List<EngineModel> modelsIn(JsonNode page) {
    List<EngineModel> models = new ArrayList<>();
    for (JsonNode model : page.path("data")) {
      if (model.path("id").isTextual() && models.size() < MAX_MODELS) {
        int context = model.path("max_model_len").asInt(model.path("context_length").asInt(0));
        models.add(new EngineModel(model.path("id").asText(), Math.max(0, context)));
      }
    }
    return List.copyOf(models);
  }

  private static ProviderFailure malformed() {
    return StatusTaxonomy.of(
        Kind.MALFORMED,
        502,
        "upstream_malformed",
        "the engine's list of models is not JSON",
        new Retry.Elsewhere(Duration.ZERO),
        Usage.NONE);
  }

  private static String path(Operation operation) {
    return switch (operation) {
      case CHAT -> "/chat/completions";
      case COMPLETION -> "/completions";
      case EMBEDDING -> "/embeddings";
    };
  }

  private static Map<String, String> credentials(Secret secret) {
    return secret.isPresent() ? Map.of("authorization", "Bearer " + secret.value()) : Map.of();
  }
}
