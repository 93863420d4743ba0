package dev.hanse.node.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hanse.node.edge.EdgeObserver.Result;
import dev.hanse.node.edge.ScriptedServing.Run;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A client that reads slowly slows its engine instead of filling the edge's memory. */
final class BackPressureIT {
  private static final String CHUNK =
      "{\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\""
          + "x".repeat(16_000)
          + "\"}}]}";

  @Test
  void pausesTheEngineWhileItsClientDoesNotReadAndResumesIt() throws Exception {
    try (EdgeUnderTest edge = EdgeUnderTest.start();
        RawClient client = edge.connect()) {
      client.post("/v1/chat/completions", EdgeUnderTest.STREAM);
      Run run = edge.serving.next().place();
      int sent = 0;
      while (!run.paused && sent < 10_000) {
        run.chunk(CHUNK);
        sent++;
      }
      assertThat(run.paused).isTrue();

      client.head();
      for (int i = 0; i < sent; i++) {
        assertThat(client.chunk()).hasSize(CHUNK.length() + 8);
      }

      await().until(() -> !run.paused);
      run.end(ScriptedServing.usage(1, sent));
      List<String> rest = client.chunks();
      assertThat(rest).containsExactly("data: [DONE]\n\n");
      assertThat(run.pauses.get()).isEqualTo(run.resumes.get());
      assertThat(edge.ending().result()).isEqualTo(Result.COMPLETED);
    }
  }

  @Test
  void givesUpOnAClientThatNeverReads() throws Exception {
    try (EdgeUnderTest edge = EdgeUnderTest.start("write-stall-timeout", "200ms");
        RawClient client = edge.connect()) {
      client.post("/v1/chat/completions", EdgeUnderTest.STREAM);
      Run run = edge.serving.next().place();
      while (!run.paused) {
        run.chunk(CHUNK);
      }

      assertThat(run.awaitCancel()).isTrue();
      assertThat(edge.ending().result()).isEqualTo(Result.CANCELLED);
    }
  }
}
