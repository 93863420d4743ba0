package dev.hanse.provider.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.provider.EngineModel;
import dev.hanse.provider.EngineRequest;
import dev.hanse.provider.Operation;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.Usage;
import dev.hanse.provider.simulated.batching.EngineLimits;
import dev.hanse.provider.simulated.batching.GpuProfile;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SimulatedProviderTest {
  private static final String HELLO = "'messages':[{'role':'user','content':'hello'}]";
  private static final SimulatedConfig CONFIG =
      SimulatedConfig.of(GpuProfile.H100, List.of(new EngineModel("m", 4096))).withTimeScale(1000);

  private final Vertx vertx = Vertx.vertx();
  private final SimulatedProvider provider =
      SimulatedProvider.create(vertx, CONFIG, InstantSource.fixed(Instant.ofEpochSecond(1700)));

  @AfterAll
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  private Conversation open(EngineRequest request) {
    Conversation conversation = new Conversation();
    var _ = provider.open(request, conversation);
    return conversation;
  }

  private Conversation chat(boolean stream, String body) {
    return open(Conversation.chat(stream, body));
  }

  @Test
  void answersWithOneObjectWhenNotStreaming() throws Exception {
    Conversation conversation = chat(false, "{'max_tokens':3," + HELLO + "}");

    Usage usage = conversation.completion().usage();

    assertThat(conversation.chunks)
        .containsExactly(
            """
            {"id":"chatcmpl-r1","object":"chat.completion","created":1700,"model":"m",\
            "system_fingerprint":"hanse-simulated-h100","choices":[{"index":0,"message":\
            {"role":"assistant","content":"[simulated] ","refusal":null},"logprobs":null,\
            "finish_reason":"length"}],"usage":{"prompt_tokens":4,"completion_tokens":3,\
            "total_tokens":7,"prompt_tokens_details":{"cached_tokens":0},\
            "completion_tokens_details":{"reasoning_tokens":0}}}\
            """);
    assertThat(usage).isEqualTo(new Usage(4, 0, 3, 0, true));
  }

  @Test
  void streamsRoleTextAndFinishAndKeepsTheUsageForTheEnd() throws Exception {
    Conversation conversation =
        chat(true, "{'max_tokens':3,'stream_options':{'include_usage':true}," + HELLO + "}");

    var completion = conversation.completion();

    String head =
        """
        {"id":"chatcmpl-r1","object":"chat.completion.chunk","created":1700,"model":"m",\
        "system_fingerprint":"hanse-simulated-h100","choices":[\
        """;
    assertThat(conversation.chunks).allMatch(chunk -> chunk.startsWith(head));
    assertThat(conversation.chunks.getFirst())
        .isEqualTo(
            head
                + "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},"
                + "\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}");
    assertThat(conversation.text(0)).isEqualTo("[simulated] ");
    assertThat(conversation.chunks.getLast())
        .isEqualTo(
            head
                + "{\"index\":0,\"delta\":{},\"logprobs\":null,"
                + "\"finish_reason\":\"length\"}],\"usage\":null}");
    assertThat(completion.finishReason()).isEqualTo("length");
    assertThat(completion.usageChunk().orElseThrow().toString())
        .startsWith(head + "],\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":3,");
  }

  @Test
  void leavesUsageOutOfChunksWhenNobodyAskedForIt() throws Exception {
    Conversation conversation = chat(true, "{'max_tokens':3," + HELLO + "}");

    conversation.completion();

    assertThat(conversation.chunks).noneMatch(chunk -> chunk.contains("usage"));
  }

  @Test
  void streamsWhatItWouldHaveAnsweredAtOnceForEveryChoice() throws Exception {
    Conversation whole = chat(false, "{'n':3," + HELLO + "}");
    Conversation streamed = chat(true, "{'n':3," + HELLO + "}");

    Usage wholeUsage = whole.completion().usage();
    Usage streamedUsage = streamed.completion().usage();

    assertThat(streamedUsage.completionTokens()).isEqualTo(wholeUsage.completionTokens());
    assertThat(streamedUsage.promptTokens()).isEqualTo(wholeUsage.promptTokens()).isEqualTo(4);
    long bytes = 0;
    for (int i = 0; i < 3; i++) {
      String text = whole.chunk(0).path("choices").path(i).path("message").path("content").asText();
      assertThat(streamed.text(i)).isEqualTo(text);
      bytes += text.length();
    }
    assertThat(wholeUsage.completionTokens()).isEqualTo(bytes / 4);
    assertThat(
            streamed.chunks.stream()
                .map(chunk -> Conversation.json(chunk).path("choices").path(0))
                .filter(choice -> choice.path("finish_reason").isTextual())
                .map(choice -> choice.path("index").asInt()))
        .containsExactlyInAnyOrder(0, 1, 2);
  }

  @Test
  void reportsWhatOfAPromptWasInTheCache() throws Exception {
    String body =
        "{'max_tokens':1,'cache_salt':'t','messages':[{'role':'user','content':'"
            + "x".repeat(400)
            + "'}]}";

    Usage first = chat(false, body).completion().usage();
    Usage second = chat(false, body).completion().usage();
    Usage elsewhere = chat(false, body.replace("'t'", "'u'")).completion().usage();

    assertThat(first).isEqualTo(new Usage(102, 0, 1, 0, true));
    assertThat(second.cachedPromptTokens()).isEqualTo(96);
    assertThat(elsewhere.cachedPromptTokens()).isZero();
  }

  @Test
  void streamsAToolCallInFragmentsThatJoinToValidArguments() throws Exception {
    String body =
        """
        {"messages":[{"role":"user","content":"What is the weather in Bergen?"}],
         "tools":[{"type":"function","function":{"name":"get_weather","parameters":
          {"type":"object","properties":{"city":{"type":"string"},
           "unit":{"enum":["C","F"]}},"required":["city","unit"]}}}]}\
        """;
    Conversation streamed = chat(true, body);
    Conversation whole = chat(false, body);

    assertThat(streamed.completion().finishReason()).isEqualTo("tool_calls");
    assertThat(whole.completion().usage().completionTokens())
        .isEqualTo(streamed.completion().usage().completionTokens());
    List<JsonNode> fragments = new ArrayList<>();
    for (int i = 0; i < streamed.chunks.size(); i++) {
      JsonNode calls = streamed.chunk(i).path("choices").path(0).path("delta").path("tool_calls");
      calls.forEach(fragments::add);
    }
    assertThat(fragments).allMatch(fragment -> fragment.path("index").isInt());
    assertThat(fragments.getFirst().path("function").path("name").asText())
        .isEqualTo("get_weather");
    assertThat(fragments.subList(1, fragments.size()))
        .noneMatch(fragment -> fragment.has("id") || fragment.path("function").has("name"));
    StringBuilder joined = new StringBuilder();
    fragments.forEach(it -> joined.append(it.path("function").path("arguments").asText()));
    JsonNode arguments = Conversation.json(joined.toString());
    assertThat(arguments.path("city").isTextual()).isTrue();
    assertThat(arguments.path("unit").asText()).isIn("C", "F");
    JsonNode call =
        whole.chunk(0).path("choices").path(0).path("message").path("tool_calls").path(0);
    assertThat(call.path("function").path("arguments").asText()).isEqualTo(joined.toString());
    assertThat(call.path("id").asText()).isEqualTo(fragments.getFirst().path("id").asText());
  }

  @Test
  void answersInTheJsonAskedFor() throws Exception {
    Conversation conversation =
        chat(
            false,
            "{'response_format':{'type':'json_schema','json_schema':{'name':'x','schema':"
                + "{'type':'object','properties':{'n':{'type':'integer','minimum':5}}}}},"
                + HELLO
                + "}");

    conversation.completion();

    String content =
        conversation.chunk(0).path("choices").path(0).path("message").path("content").asText();
    assertThat(Conversation.json(content).path("n").asInt()).isGreaterThanOrEqualTo(5);
  }

  @Test
  void givesALogprobForEveryToken() throws Exception {
    Conversation conversation =
        chat(false, "{'logprobs':true,'top_logprobs':2,'max_tokens':9," + HELLO + "}");

    conversation.completion();

    JsonNode choice = conversation.chunk(0).path("choices").path(0);
    JsonNode content = choice.path("logprobs").path("content");
    assertThat(content).hasSize(9);
    StringBuilder joined = new StringBuilder();
    for (JsonNode token : content) {
      joined.append(token.path("token").asText());
      assertThat(token.path("logprob").asDouble()).isNegative();
      assertThat(token.path("bytes")).hasSize(4);
      assertThat(token.path("top_logprobs")).hasSize(2);
    }
    assertThat(joined.toString()).isEqualTo(choice.path("message").path("content").asText());
  }

  @Test
  void completesSeveralPrompts() throws Exception {
    Conversation conversation =
        open(
            Conversation.request(
                Operation.COMPLETION,
                true,
                "{'prompt':['abcd','efghi'],'max_tokens':6,'logprobs':1}",
                Duration.ofSeconds(30)));

    Usage usage = conversation.completion().usage();

    assertThat(usage).isEqualTo(new Usage(3, 0, 12, 0, true));
    assertThat(conversation.text(0)).hasSize(24);
    assertThat(conversation.text(1)).hasSize(24).isNotEqualTo(conversation.text(0));
    assertThat(conversation.chunk(0).path("object").asText()).isEqualTo("text_completion");
    assertThat(conversation.chunk(0).path("choices").path(0).path("logprobs").path("text_offset"))
        .isNotEmpty();
  }

  @Test
  void embedsEachInput() throws Exception {
    Conversation conversation =
        open(
            Conversation.request(
                Operation.EMBEDDING,
                false,
                "{'input':['abcd','abcdefgh'],'dimensions':8}",
                Duration.ofSeconds(30)));

    Usage usage = conversation.completion().usage();

    assertThat(usage.promptTokens()).isEqualTo(3);
    assertThat(usage.completionTokens()).isZero();
    assertThat(conversation.chunk(0).path("data").path(1).path("embedding")).hasSize(8);
    assertThat(conversation.chunk(0).path("system_fingerprint").asText())
        .isEqualTo("hanse-simulated-h100");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{'messages':[]} | INVALID_REQUEST | invalid_request | messages",
        "{'max_tokens':99999,HELLO} | CONTEXT_TOO_LONG | context_length_exceeded | messages",
        "{'n':'x',HELLO} | INVALID_REQUEST | invalid_request | n",
        "{HELLO | INVALID_REQUEST | invalid_json | null",
        "~~ | INVALID_REQUEST | invalid_request | null",
        "[1] | INVALID_REQUEST | invalid_request | null",
        "{HELLO} x | INVALID_REQUEST | invalid_json | null",
      })
  void refusesWithAnErrorObjectThatNamesTheField(
      String body, ProviderFailure.Kind kind, String code, String param) throws Exception {
    ProviderFailure failure = chat(true, body.replace("HELLO", HELLO)).failure();

    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.status()).isEqualTo(400);
    JsonNode error = Conversation.json(failure.upstreamError().orElseThrow().toString());
    assertThat(error.path("code").asText()).isEqualTo(code);
    assertThat(error.path("param").asText()).isEqualTo(param);
    assertThat(error.path("message").asText()).isNotEmpty().doesNotContain("hello");
  }

  @Test
  void refusesNestingThatCouldExhaustTheStack() throws Exception {
    ProviderFailure failure = chat(false, "[".repeat(100_000)).failure();

    assertThat(failure.code()).isEqualTo("invalid_json");
  }

  @Test
  void refusesAModelItDoesNotHave() throws Exception {
    Conversation conversation =
        open(
            new EngineRequest(
                "r1",
                Operation.CHAT,
                "other",
                false,
                Conversation.chat(false, "{" + HELLO + "}").body(),
                Duration.ofSeconds(1),
                Map.of()));

    assertThat(conversation.failure().kind()).isEqualTo(ProviderFailure.Kind.MODEL_NOT_FOUND);
    assertThat(conversation.failure().status()).isEqualTo(404);
  }

  @Test
  void readsABigBodyOffTheEventLoop() throws Exception {
    SimulatedProvider large =
        SimulatedProvider.create(
            vertx,
            SimulatedConfig.of(GpuProfile.H100, List.of(new EngineModel("m", 131_072)))
                .withTimeScale(10_000));
    Conversation conversation = new Conversation();

    var _ =
        large.open(
            Conversation.chat(
                true,
                "{'max_tokens':2,'messages':[{'role':'user','content':'"
                    + "x".repeat(400_000)
                    + "'}]}"),
            conversation);

    assertThat(conversation.completion().usage()).isEqualTo(new Usage(100_002, 0, 2, 0, true));
  }

  @Test
  void saysThatItIsSimulated() throws Exception {
    assertThat(provider.capability().simulated()).isTrue();
    assertThat(provider.capability().engine()).isEqualTo("simulated (h100)");
    assertThat(provider.models().toCompletionStage().toCompletableFuture().get())
        .containsExactly(new EngineModel("m", 4096));
  }

  @Test
  void offersNoLongerContextThanItsCacheHolds() throws Exception {
    SimulatedProvider small =
        SimulatedProvider.create(vertx, CONFIG.withLimits(new EngineLimits(4, 64, 16, 10, 4)));

    assertThat(small.models().toCompletionStage().toCompletableFuture().get())
        .containsExactly(new EngineModel("m", 160));
  }
}
