package dev.hanse.provider.openai;

import dev.hanse.provider.EngineRequest;
import dev.hanse.provider.Operation;
import dev.hanse.provider.Provider;
import dev.hanse.provider.fake.FakeUpstream;
import dev.hanse.provider.fake.Heard;
import dev.hanse.provider.http.Secret;
import dev.hanse.provider.http.UpstreamConfig;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** An event loop, a fake engine and the provider that talks to it, for one test. */
final class OpenAiHarness implements AutoCloseable {
  static final String HELLO =
      "{\"model\":\"alias\",\"messages\":[{\"role\":\"user\",\"content\":\"hello there\"}]}";

  final Vertx vertx = Vertx.vertx();
  private final List<FakeUpstream> upstreams = new ArrayList<>();
  private final List<Provider> providers = new ArrayList<>();

  FakeUpstream upstream(FakeUpstream.Script script) {
    FakeUpstream upstream = new FakeUpstream(vertx, script);
    upstreams.add(upstream);
    return upstream;
  }

  Provider provider(FakeUpstream upstream) {
    return provider(upstream, config -> config);
  }

  Provider provider(FakeUpstream upstream, UnaryOperator<UpstreamConfig> change) {
    return provider(
        change.apply(
            UpstreamConfig.of(
                upstream.uri("/v1"), new Secret("sk-test"), UpstreamConfig.OPENAI_POOL)));
  }

  Provider provider(UpstreamConfig config) {
    Provider provider =
        OpenAiProvider.create(
            vertx, config, OpenAiProvider.usualCapability("fake"), InstantSource.system());
    providers.add(provider);
    return provider;
  }

  Heard stream(Provider provider) {
    return Heard.from(vertx, provider, request(true, Duration.ofSeconds(30)));
  }

  Heard whole(Provider provider) {
    return Heard.from(vertx, provider, request(false, Duration.ofSeconds(30)));
  }

  static EngineRequest request(boolean stream, Duration budget) {
    return request(Operation.CHAT, stream, HELLO, budget);
  }

  static EngineRequest request(Operation operation, boolean stream, String body, Duration budget) {
    return new EngineRequest(
        "req-1",
        operation,
        "real-model",
        stream,
        Buffer.buffer(body),
        budget,
        Map.of("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
  }

  static String delta(String content) {
    return "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
        + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\""
        + content
        + "\"},\"finish_reason\":null}],\"usage\":null}\n\n";
  }

  static final String FINISH =
      "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],"
          + "\"usage\":null}\n\n";
  static final String USAGE =
      "data: {\"id\":\"c1\",\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2,"
          + "\"total_tokens\":9,\"prompt_tokens_details\":{\"cached_tokens\":4}}}\n\n";
  static final String DONE = "data: [DONE]\n\n";

  @Override
  public void close() {
    providers.forEach(provider -> Heard.await(provider.close()));
    upstreams.forEach(FakeUpstream::close);
    Heard.await(vertx.close());
  }
}
