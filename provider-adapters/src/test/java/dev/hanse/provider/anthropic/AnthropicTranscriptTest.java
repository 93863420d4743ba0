package dev.hanse.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.provider.fake.Transcript;
import dev.hanse.provider.http.AnswerReader;
import dev.hanse.provider.http.RetryAfter;
import io.vertx.core.MultiMap;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What OpenAI clients see of a Messages stream, byte for byte, in whatever portions it came. */
class AnthropicTranscriptTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "text",
        "two-tools-after-text",
        "thinking",
        "overloaded-midstream",
        "overloaded-before-content",
        "cut",
        "no-message-stop",
        "refusal",
        "malformed",
      })
  void theClientsChunksAreTheGoldenOnes(String name) {
    Supplier<AnswerReader> reader =
        () ->
            new AnthropicStream(
                1 << 20, new RetryAfter(InstantSource.system()), "asked", 1_700_000_000L);
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();

    String golden = Transcript.client("anthropic/" + name);

    assertThat(Transcript.heard(reader.get(), headers, "anthropic/" + name, Integer.MAX_VALUE))
        .isEqualTo(golden);
    assertThat(Transcript.heard(reader.get(), headers, "anthropic/" + name, 1)).isEqualTo(golden);
    assertThat(Transcript.heard(reader.get(), headers, "anthropic/" + name, 13)).isEqualTo(golden);
  }
}
