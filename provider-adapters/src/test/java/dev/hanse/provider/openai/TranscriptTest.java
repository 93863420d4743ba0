package dev.hanse.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.provider.fake.Transcript;
import dev.hanse.provider.http.AnswerReader;
import dev.hanse.provider.http.RetryAfter;
import io.vertx.core.MultiMap;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients see of an engine's recorded stream, byte for byte, in whatever portions it came. */
class TranscriptTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "vllm-plain",
        "crlf-comments-multiline",
        "litellm-usage-with-choices",
        "usage-after-finish",
        "no-done",
        "no-done-no-finish",
        "done-without-finish",
        "n-2-interleaved",
        "n-2-one-unfinished",
        "tool-calls",
        "malformed-chunk",
        "error-midstream",
        "error-before-content",
        "empty-chunks",
        "legacy-completion",
        "zero-usage",
        "last-event-unterminated",
        "cut-within-event",
      })
  void theClientsChunksAreTheGoldenOnes(String name) {
    Supplier<AnswerReader> reader =
        () -> new OpenAiStream(1 << 20, new RetryAfter(InstantSource.system()), 40);
    MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("content-type", "text/event-stream");

    String golden = Transcript.client("openai/" + name);

    assertThat(Transcript.heard(reader.get(), headers, "openai/" + name, Integer.MAX_VALUE))
        .isEqualTo(golden);
    assertThat(Transcript.heard(reader.get(), headers, "openai/" + name, 1)).isEqualTo(golden);
    assertThat(Transcript.heard(reader.get(), headers, "openai/" + name, 13)).isEqualTo(golden);
  }
}
