package dev.hanse.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.provider.Capability;
import dev.hanse.provider.EngineModel;
import dev.hanse.provider.EngineRequest;
import dev.hanse.provider.EngineStatus;
import dev.hanse.provider.EngineUnavailable;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.Operation;
import dev.hanse.provider.Provider;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Usage;
import dev.hanse.provider.http.AnswerReader;
import dev.hanse.provider.http.MalformedAnswer;
import dev.hanse.provider.http.RefusedExchange;
import dev.hanse.provider.http.RetryAfter;
import dev.hanse.provider.http.Secret;
import dev.hanse.provider.http.UpstreamCall;
import dev.hanse.provider.http.UpstreamClient;
import dev.hanse.provider.http.UpstreamConfig;
import dev.hanse.provider.http.UpstreamReply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An engine that speaks Anthropic's Messages API; it chats and does nothing else. */
public final class AnthropicProvider implements Provider {
  /** The API's version whose shapes this package knows. */
  public static final String API_VERSION = "2023-06-01";

  /** The answer's length where the client names none: every current model can do it. */
  public static final int DEFAULT_MAX_TOKENS = 4096;

  private static final Duration STATUS_BUDGET = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final int defaultMaxTokens;
  private final UpstreamClient client;
  private final InstantSource clock;
  private final RetryAfter retryAfter;

  private AnthropicProvider(
      Vertx vertx, UpstreamConfig config, int defaultMaxTokens, InstantSource clock) {
    this.vertx = vertx;
    this.defaultMaxTokens = defaultMaxTokens;
    this.client = new UpstreamClient(vertx, config, headers(config.secret()));
    this.clock = clock;
    this.retryAfter = new RetryAfter(clock);
  }

  /**
   * The provider of one engine.
   *
   * @param config where it is; {@link UpstreamConfig#of} with {@link UpstreamConfig#ANTHROPIC_POOL}
   *     has the defaults
   * @param defaultMaxTokens for requests that name none; above zero
   * @param clock for {@code created}, and for dates in {@code retry-after}
   */
  public static AnthropicProvider create(
      Vertx vertx, UpstreamConfig config, int defaultMaxTokens, InstantSource clock) {
    if (defaultMaxTokens < 1) {
      throw new IllegalArgumentException(
          "default max tokens must be above zero, was " + defaultMaxTokens);
    }
    return new AnthropicProvider(vertx, config, defaultMaxTokens, clock);
  }

  @Override
  public String name() {
    return "anthropic";
  }

  @Override
  public Capability capability() {
    return new Capability("anthropic", false, Set.of(Operation.CHAT), true, false);
  }

  @Override
  public Exchange open(EngineRequest request, ExchangeListener listener) {
    if (request.operation() != Operation.CHAT) {
      return RefusedExchange.tell(
          vertx,
          listener,
          AnthropicErrors.invalid(
              "unsupported_operation", "this model's engine answers chat completions only", ""));
    }
    ObjectNode message;
    try {
      message =
          RequestTranslation.translate(
              Json.read(request.body().getBytes()),
              request.model(),
              request.stream(),
              defaultMaxTokens);
    } catch (MalformedAnswer malformed) {
      return RefusedExchange.tell(
          vertx,
          listener,
          AnthropicErrors.invalid(
              "invalid_json", "the request's body is " + malformed.getMessage(), ""));
    } catch (Unsupported unsupported) {
      return RefusedExchange.tell(vertx, listener, AnthropicErrors.unsupported(unsupported));
    }
    Map<String, String> headers = new HashMap<>(request.headers());
    headers.put("x-request-id", request.requestId());
    return client.open(
        new UpstreamCall(
            client.config().apiPath() + "/messages",
            headers,
            Json.write(message),
            request.stream(),
            request.budget()),
        reader(request),
        listener);
  }

  private AnswerReader reader(EngineRequest request) {
    UpstreamConfig config = client.config();
    return request.stream()
        ? new AnthropicStream(
            config.maxEventBytes(), retryAfter, request.model(), clock.instant().getEpochSecond())
        : new AnthropicAnswer(config.maxAnswerBytes(), retryAfter, clock);
  }

  /** The API has no health page; that it lists its models is the sign. */
  @Override
  public Future<EngineStatus> status() {
    return list("?limit=1").map(new EngineStatus(0, 0));
  }

  @Override
  public Future<List<EngineModel>> models() {
    return list("?limit=1000")
        .compose(reply -> {
          try {
            List<EngineModel> models = new ArrayList<>();
            for (JsonNode model : Json.read(reply.body().getBytes()).path("data")) {
              if (model.path("id").isTextual()) {
                models.add(
                    new EngineModel(
                        model.path("id").asText(),
                        Math.max(0, model.path("max_input_tokens").asInt(0))));
              }
            }
            return Future.succeededFuture(List.copyOf(models));
          } catch (MalformedAnswer malformed) {
            return Future.failedFuture(
                new EngineUnavailable(
                    AnthropicErrors.broken(
                        Kind.MALFORMED,
                        "the engine's list of models is " + malformed.getMessage(),
                        Usage.NONE)));
          }
        });
  }

  @Override
  public Future<Void> close() {
    return client.close();
  }

  private Future<UpstreamReply> list(String query) {
    return client
        .get(client.config().apiPath() + "/models" + query, STATUS_BUDGET)
        .compose(reply ->
            reply.status() == 200
                ? Future.succeededFuture(reply)
                : Future.failedFuture(
                    new EngineUnavailable(
                        AnthropicErrors.refused(
                            reply.status(),
                            retryAfter.read(reply.headers()),
                            reply.body().getBytes()))));
  }

  private static Map<String, String> headers(Secret secret) {
    Map<String, String> headers = new HashMap<>();
    headers.put("anthropic-version", API_VERSION);
    if (secret.isPresent()) {
      headers.put("x-api-key", secret.value());
    }
    return headers;
  }
}
