package dev.hanse.chaos.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionNamedToolChoice;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import dev.hanse.chaos.cluster.TestMesh;
import dev.hanse.cli.demo.DemoMesh;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The official OpenAI client against the demo's three regions, as a newcomer would use it. */
class OfficialClientIT {
  private static DemoMesh mesh;
  private static OpenAIClient client;

  @BeforeAll
  static void startTheDemo() {
    mesh = TestMesh.start(10);
    client = clientWith(mesh.key());
  }

  @AfterAll
  static void stopTheDemo() {
    client.close();
    mesh.close();
  }

  private static OpenAIClient clientWith(String key) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(mesh.edges().getFirst() + "/v1")
        .apiKey(key)
        .timeout(Duration.ofSeconds(30))
        .maxRetries(0)
        .build();
  }

  private static ChatCompletionCreateParams.Builder hello() {
    return ChatCompletionCreateParams.builder()
        .model(mesh.model())
        .maxCompletionTokens(24)
        .addSystemMessage("You are terse.")
        .addUserMessage("Say hello to the league of cities.");
  }

  @Test
  @SuppressWarnings(
      "deprecation") // OpenAI retires the fingerprint; it is where an engine says what it is
  void answersAChat() {
    ChatCompletion answer = client.chat().completions().create(hello().build());

    assertThat(answer.choices()).hasSize(1);
    assertThat(answer.choices().getFirst().message().content()).isPresent();
    assertThat(answer.usage().orElseThrow().completionTokens()).isBetween(1L, 24L);
    assertThat(answer.systemFingerprint().orElseThrow()).contains("simulated");
  }

  @Test
  void streamsAChatToItsFinishReason() {
    ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
    List<ChatCompletionChunk> chunks = new ArrayList<>();

    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(hello().build())) {
      stream.stream().peek(chunks::add).forEach(whole::accumulate);
    }

    assertThat(chunks).hasSizeGreaterThan(3);
    assertThat(chunks).allSatisfy(chunk -> assertThat(chunk.choices()).isNotEmpty());
    assertThat(chunks.stream().map(ChatCompletionChunk::id).distinct()).hasSize(1);
    assertThat(whole.chatCompletion().choices().getFirst().message().content()).isPresent();
  }

  @Test
  void sendsUsageInAStreamToWhoAskedForIt() {
    ChatCompletionCreateParams asking =
        hello()
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();

    List<ChatCompletionChunk> chunks;
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(asking)) {
      chunks = stream.stream().toList();
    }

    ChatCompletionChunk last = chunks.getLast();
    assertThat(last.choices()).isEmpty();
    assertThat(last.usage().orElseThrow().completionTokens()).isPositive();
  }

  @Test
  void callsTheToolItIsToldToCall() {
    FunctionParameters parameters =
        FunctionParameters.builder()
            .putAdditionalProperty("type", JsonValue.from("object"))
            .putAdditionalProperty(
                "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
            .putAdditionalProperty("required", JsonValue.from(List.of("city")))
            .build();

    ChatCompletion answer =
        client
            .chat()
            .completions()
            .create(
                hello()
                    .addFunctionTool(
                        FunctionDefinition.builder()
                            .name("get_weather")
                            .parameters(parameters)
                            .build())
                    .toolChoice(
                        ChatCompletionNamedToolChoice.builder()
                            .function(
                                ChatCompletionNamedToolChoice.Function.builder()
                                    .name("get_weather")
                                    .build())
                            .build())
                    .maxCompletionTokens(128)
                    .build());

    var call = answer.choices().getFirst().message().toolCalls().orElseThrow().getFirst();
    assertThat(call.asFunction().function().name()).isEqualTo("get_weather");
    assertThat(call.asFunction().function().arguments()).contains("city");
  }

  @Test
  void completesText() {
    var answer =
        client
            .completions()
            .create(
                CompletionCreateParams.builder()
                    .model(mesh.model())
                    .prompt("Once upon a time")
                    .maxTokens(8L)
                    .build());

    assertThat(answer.choices().getFirst().text()).isNotBlank();
  }

  @Test
  void embedsTexts() {
    CreateEmbeddingResponse answer =
        client
            .embeddings()
            .create(
                EmbeddingCreateParams.builder()
                    .model(mesh.embeddingModel())
                    .inputOfArrayOfStrings(List.of("Lübeck", "Hamburg"))
                    .build());

    assertThat(answer.data()).hasSize(2);
    assertThat(answer.data().getFirst().embedding()).isNotEmpty();
  }

  @Test
  void listsTheModelsOfTheMesh() {
    assertThat(client.models().list().data())
        .extracting(model -> model.id())
        .contains(mesh.model(), mesh.embeddingModel());
  }

  @Test
  void aStreamClosedByTheClientLeavesNothingInFlight() {
    ChatCompletionCreateParams endless = hello().maxCompletionTokens(4096).build();

    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(endless)) {
      assertThat(stream.stream().limit(3)).hasSize(3);
    }

    TestMesh.awaitIdle(mesh);
  }

  @Test
  void refusesAKeyItDoesNotKnow() {
    OpenAIClient stranger = clientWith("hk-nobody-knows");

    assertThatThrownBy(() -> stranger.chat().completions().create(hello().build()))
        .isInstanceOf(UnauthorizedException.class);
    stranger.close();
  }

  @Test
  void refusesAModelNobodyOffers() {
    assertThatThrownBy(
            () -> client.chat().completions().create(hello().model("no-such-model").build()))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("/v1/models");
  }

  @Test
  void refusesAWrongTypeNamingTheField() {
    assertThatThrownBy(() ->
            client
                .chat()
                .completions()
                .create(
                    hello()
                        .putAdditionalBodyProperty("max_completion_tokens", JsonValue.from("x"))
                        .build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("max_completion_tokens");
  }

  @Test
  void refusesABodyThatIsTooLarge() {
    ChatCompletionCreateParams huge = hello().addUserMessage("x".repeat(17 << 20)).build();

    assertThatThrownBy(() -> client.chat().completions().create(huge))
        .isInstanceOfSatisfying(
            OpenAIServiceException.class,
            refusal -> assertThat(refusal.statusCode()).isEqualTo(413));
  }
}
