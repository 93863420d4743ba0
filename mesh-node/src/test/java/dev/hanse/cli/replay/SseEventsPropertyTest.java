package dev.hanse.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.hanse.seeds.Seeds;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SseEventsPropertyTest {
  private static final String STREAM =
      """
      : hello

      data: {"a":"ø語"}

      event: x\r
      id: 1\r
      data:one\r
      data: two\r
      \r
      data: [DONE]

      """;

  @Test
  void handsOutDataAndSkipsTheRest() {
    assertThat(events(Buffer.buffer(STREAM)))
        .containsExactly("{\"a\":\"ø語\"}", "one\ntwo", "[DONE]");
  }

  @Seeds
  void doesNotMindHowTheStreamIsCut(long seed) {
    Random random = new Random(seed);
    Buffer whole = Buffer.buffer(STREAM);
    List<Buffer> pieces = new ArrayList<>();
    for (int from = 0; from < whole.length(); ) {
      int to = Math.min(whole.length(), from + 1 + random.nextInt(9));
      pieces.add(whole.getBuffer(from, to));
      from = to;
    }

    assertThat(events(pieces.toArray(Buffer[]::new))).isEqualTo(events(whole));
  }

  @Test
  void refusesAnEndlessEvent() {
    Buffer megabyte = Buffer.buffer("x".repeat(1 << 20));
    SseEvents events = new SseEvents(data -> {});

    assertThatIllegalStateException()
        .isThrownBy(() -> {
          for (int i = 0; i < 20; i++) {
            events.feed(megabyte);
          }
        });
  }

  private static List<String> events(Buffer... pieces) {
    List<String> events = new ArrayList<>();
    SseEvents parser = new SseEvents(events::add);
    for (Buffer piece : pieces) {
      parser.feed(piece);
    }
    return events;
  }
}
