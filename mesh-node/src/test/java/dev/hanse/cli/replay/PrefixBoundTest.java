package dev.hanse.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.InputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PrefixBoundTest {
  @Test
  void countsALeadingBlockSeenBeforeAsAHit() {
    PrefixBound bound =
        PrefixBound.of(
            List.of(
                request(30, 1L, 2L, 3L),
                request(25, 1L, 2L, 4L),
                request(20, 1L, 2L),
                request(20, 9L, 2L)),
            10);

    assertThat(bound).isEqualTo(new PrefixBound(10, 4, 95, 40));
  }

  @Test
  void countsNoMoreTokensThanThePromptHas() {
    PrefixBound bound = PrefixBound.of(List.of(request(12, 1L, 2L), request(12, 1L, 2L)), 10);

    assertThat(bound.hitTokens()).isEqualTo(12);
  }

  @Test
  void findsThePublishedBoundOfTheMooncakeConversationTrace() throws Exception {
    Trace trace;
    try (InputStream in = Files.newInputStream(SharedTraces.find("mooncake_conversation.jsonl"))) {
      trace = TraceReader.read(in, Optional.empty(), 512, 0);
    }

    PrefixBound bound = PrefixBound.of(trace.requests(), 512);

    assertThat(trace.requests()).hasSize(12_031);
    assertThat(trace.badLines()).isEmpty();
    assertThat(100.0 * bound.hitBlocks() / bound.blocks()).isCloseTo(36.64, within(0.005));
  }

  @Test
  void readsTheWholeAzureTrace() throws Exception {
    try (InputStream in = Files.newInputStream(SharedTraces.find("azure_llm_2023_conv.csv"))) {
      Trace trace = TraceReader.read(in, Optional.empty(), 512, 0);

      assertThat(trace.requests()).hasSize(19_366);
      assertThat(trace.badLines()).isEmpty();
    }
  }

  private static TraceRequest request(int inputTokens, Long... ids) {
    return new TraceRequest(1, Duration.ZERO, inputTokens, 1, List.of(ids));
  }
}
