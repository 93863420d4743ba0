package dev.hanse.node.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.PermissionDeniedException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams;
import dev.hanse.node.edge.ScriptedServing.Run;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** OpenAI's own Java client takes the edge for OpenAI. */
final class OpenAiClientIT {
  private static final String IDENTITY =
      "\"created\":1763640000,\"model\":\"llama-3.1-8b-instruct\","
          + "\"system_fingerprint\":\"simulated-h100\"";

  private final EdgeUnderTest edge = EdgeUnderTest.start();
  private final List<OpenAIClient> clients = new ArrayList<>();
  private final OpenAIClient client = client(EdgeUnderTest.KEY, 0);

  @AfterEach
  void stop() {
    clients.forEach(OpenAIClient::close);
    edge.close();
  }

  @Test
  void chats() {
    edge.serving.script(run ->
        run.place()
            .chunk(
                "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\","
                    + IDENTITY
                    + ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                    + "\"content\":\"Moin\",\"refusal\":null},\"logprobs\":null,"
                    + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,"
                    + "\"completion_tokens\":1,\"total_tokens\":4}}")
            .end(ScriptedServing.usage(3, 1)));

    var completion = client.chat().completions().create(chat().build());

    assertThat(completion.choices().getFirst().message().content()).contains("Moin");
    assertThat(completion.usage().orElseThrow().totalTokens()).isEqualTo(4);
  }

  @Test
  void streamsWithoutUsageUnlessAsked() {
    edge.serving.script(stream("Mo", "in"));

    List<ChatCompletionChunk> chunks = streamed(chat().build());

    assertThat(textOf(chunks)).isEqualTo("Moin");
    assertThat(chunks).allSatisfy(chunk -> assertThat(chunk.usage()).isEmpty());
    assertThat(chunks).allSatisfy(chunk -> assertThat(chunk.choices()).isNotEmpty());
  }

  @Test
  void streamsWithUsageWhenAsked() {
    edge.serving.script(stream("Mo", "in"));

    List<ChatCompletionChunk> chunks =
        streamed(
            chat()
                .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build());

    assertThat(textOf(chunks)).isEqualTo("Moin");
    assertThat(chunks.getLast().choices()).isEmpty();
    assertThat(chunks.getLast().usage().orElseThrow().completionTokens()).isEqualTo(2);
  }

  @Test
  void streamsToolCalls() {
    edge.serving.script(run ->
        run.place()
            .chunk(
                chunk(
                    "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"index\":0,"
                        + "\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":"
                        + "\"weather\",\"arguments\":\"\"}}]}",
                    "null"))
            .chunk(
                chunk(
                    "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":"
                        + "\"{\\\"city\\\":\"}}]}",
                    "null"))
            .chunk(
                chunk(
                    "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":"
                        + "\"\\\"Bremen\\\"}\"}}]}",
                    "null"))
            .chunk(chunk("{}", "\"tool_calls\""))
            .end(ScriptedServing.usage(20, 9)));
    ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();

    streamed(chat().addTool(weather()).build()).forEach(whole::accumulate);

    var call =
        whole
            .chatCompletion()
            .choices()
            .getFirst()
            .message()
            .toolCalls()
            .orElseThrow()
            .getFirst()
            .asFunction();
    assertThat(call.id()).isEqualTo("call_1");
    assertThat(call.function().name()).isEqualTo("weather");
    assertThat(call.function().arguments()).isEqualTo("{\"city\":\"Bremen\"}");
  }

  @Test
  void completes() {
    edge.serving.script(run ->
        run.place()
            .chunk(
                "{\"id\":\"cmpl-1\",\"object\":\"text_completion\","
                    + IDENTITY
                    + ",\"choices\":[{\"index\":0,\"text\":\" upon a time\",\"logprobs\":null,"
                    + "\"finish_reason\":\"length\"}]}")
            .end(ScriptedServing.usage(1, 3)));

    var completion =
        client
            .completions()
            .create(
                CompletionCreateParams.builder().model(EdgeUnderTest.MODEL).prompt("Once").build());

    assertThat(completion.choices().getFirst().text()).isEqualTo(" upon a time");
  }

  @Test
  void embeds() throws Exception {
    edge.serving.script(run ->
        run.place()
            .chunk(
                "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,"
                    + "\"embedding\":[0.5,-1.0]}],\"model\":\"llama-3.1-8b-instruct\","
                    + "\"usage\":{\"prompt_tokens\":2,\"total_tokens\":2}}")
            .end(ScriptedServing.usage(2, 0)));

    var embeddings =
        client
            .embeddings()
            .create(
                EmbeddingCreateParams.builder()
                    .model(EdgeUnderTest.MODEL)
                    .inputOfArrayOfStrings(List.of("a", "b"))
                    .encodingFormat(EmbeddingCreateParams.EncodingFormat.FLOAT)
                    .build());

    assertThat(embeddings.data().getFirst().embedding()).containsExactly(0.5f, -1.0f);
    assertThat(edge.serving.next().request.placement().maxOutputTokens()).isZero();
  }

  @Test
  void listsModels() {
    assertThat(client.models().list().data())
        .singleElement()
        .satisfies(model -> {
          assertThat(model.id()).isEqualTo(EdgeUnderTest.MODEL);
          assertThat(model.ownedBy()).isEqualTo("acme");
        });
    assertThat(client.models().retrieve(EdgeUnderTest.MODEL).id()).isEqualTo(EdgeUnderTest.MODEL);
    assertThatThrownBy(() -> client.models().retrieve("nothing"))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void cancelsTheEngineWhenAStreamIsClosed() throws Exception {
    try (var response = client.chat().completions().createStreaming(chatAfterFirstChunk())) {
      assertThat(response.stream().findFirst()).isPresent();
    }

    assertThat(edge.serving.next().awaitCancel()).isTrue();
  }

  private ChatCompletionCreateParams chatAfterFirstChunk() {
    edge.serving.script(
        run -> run.place().chunk(chunk("{\"role\":\"assistant\",\"content\":\"x\"}", "null")));
    return chat().build();
  }

  @Test
  void raisesWhenAStreamIsCutInTheMiddle() {
    edge.serving.script(run ->
        run.place()
            .chunk(chunk("{\"role\":\"assistant\",\"content\":\"x\"}", "null"))
            .fail(
                ScriptedServing.failure(
                    Kind.TRUNCATED, 502, "answer_truncated", new Retry.Never())));

    assertThatThrownBy(() -> streamed(chat().build())).isInstanceOf(OpenAIException.class);
  }

  @Test
  void mapsRefusalsToTheClientsOwnExceptions() {
    OpenAIClient stranger = client("hk-demo-wrong", 0);
    OpenAIClient narrow = client(EdgeUnderTest.NARROW, 0);

    assertService(UnauthorizedException.class, stranger, 401, "invalid_api_key");
    assertService(PermissionDeniedException.class, narrow, 403, "model_not_allowed");
    edge.serving.script(failing(Kind.MODEL_NOT_FOUND, 404, "model_not_found"));
    assertService(NotFoundException.class, client, 404, "model_not_found");
    edge.serving.script(failing(Kind.CONTEXT_TOO_LONG, 400, "context_length_exceeded"));
    assertService(BadRequestException.class, client, 400, "context_length_exceeded");
    edge.serving.script(failing(Kind.RATE_LIMITED, 429, "rate_limit_exceeded"));
    assertService(RateLimitException.class, client, 429, "rate_limit_exceeded");
    edge.serving.script(failing(Kind.OVERLOADED, 503, "overloaded"));
    assertService(InternalServerException.class, client, 503, "overloaded");
  }

  @Test
  void namesTheFieldThatIsWrong() {
    var params = chat().putAdditionalBodyProperty("stop", JsonValue.from(7)).build();

    assertThatThrownBy(() -> client.chat().completions().create(params))
        .isInstanceOfSatisfying(
            BadRequestException.class,
            e -> {
              assertThat(e.code()).contains("invalid_type");
              assertThat(e.param()).contains("stop");
            });
  }

  @Test
  void isRetriedOnlyWhereItSaysSo() throws Exception {
    OpenAIClient patient = client(EdgeUnderTest.KEY, 2);
    edge.serving.script(failing(Kind.ENGINE_ERROR, 502, "engine_error"));
    assertThatThrownBy(() -> patient.chat().completions().create(chat().build()))
        .isInstanceOf(InternalServerException.class);
    assertThat(attempts()).isEqualTo(1);

    edge.serving.script(failing(Kind.OVERLOADED, 503, "overloaded"));
    assertThatThrownBy(() -> patient.chat().completions().create(chat().build()))
        .isInstanceOf(InternalServerException.class);
    assertThat(attempts()).isEqualTo(3);
  }

  private int attempts() throws InterruptedException {
    int count = 0;
    while (!edge.serving.isUntouched()) {
      edge.serving.next();
      count++;
    }
    return count;
  }

  private void assertService(
      Class<? extends OpenAIServiceException> type, OpenAIClient by, int status, String code) {
    assertThatThrownBy(() -> by.chat().completions().create(chat().build()))
        .isInstanceOfSatisfying(
            type,
            e -> {
              assertThat(e.statusCode()).isEqualTo(status);
              assertThat(e.code()).contains(code);
            });
  }

  private static Consumer<Run> failing(Kind kind, int status, String code) {
    return run ->
        run.fail(
            ScriptedServing.failure(
                kind, status, code, new Retry.Elsewhere(Duration.ofMillis(10))));
  }

  private static Consumer<Run> stream(String... pieces) {
    return run -> {
      run.place().chunk(chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null"));
      for (String piece : pieces) {
        run.chunk(chunk("{\"content\":\"" + piece + "\"}", "null"));
      }
      run.chunk(chunk("{}", "\"stop\"")).end(ScriptedServing.usage(3, pieces.length));
    };
  }

  private static String chunk(String delta, String finishReason) {
    return "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\","
        + IDENTITY
        + ",\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + finishReason
        + "}]}";
  }

  private List<ChatCompletionChunk> streamed(ChatCompletionCreateParams params) {
    try (var response = client.chat().completions().createStreaming(params)) {
      return response.stream().toList();
    }
  }

  private static String textOf(List<ChatCompletionChunk> chunks) {
    StringBuilder text = new StringBuilder();
    chunks.stream()
        .flatMap(chunk -> chunk.choices().stream())
        .forEach(choice -> choice.delta().content().ifPresent(text::append));
    return text.toString();
  }

  private static ChatCompletionFunctionTool weather() {
    return ChatCompletionFunctionTool.builder()
        .function(
            FunctionDefinition.builder()
                .name("weather")
                .parameters(
                    FunctionParameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty(
                            "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                        .build())
                .build())
        .build();
  }

  private static ChatCompletionCreateParams.Builder chat() {
    return ChatCompletionCreateParams.builder()
        .model(EdgeUnderTest.MODEL)
        .addSystemMessage("Be brief.")
        .addUserMessage("Hello");
  }

  private OpenAIClient client(String key, int retries) {
    OpenAIClient made =
        OpenAIOkHttpClient.builder()
            .baseUrl("http://127.0.0.1:" + edge.port + "/v1")
            .apiKey(key)
            .maxRetries(retries)
            .timeout(Duration.ofSeconds(10))
            .build();
    clients.add(made);
    return made;
  }
}
