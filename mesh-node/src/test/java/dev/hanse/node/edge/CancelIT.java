package dev.hanse.node.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hanse.node.edge.EdgeObserver.Result;
import dev.hanse.node.edge.ScriptedServing.Run;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that leaves frees its engine, whatever was going on. */
final class CancelIT {
  private static final String CHUNK =
      "{\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}";

  private final EdgeUnderTest edge = EdgeUnderTest.start();

  @AfterEach
  void stop() {
    edge.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {EdgeUnderTest.CHAT, EdgeUnderTest.STREAM})
  void cancelsBeforePlacement(String body) throws Exception {
    RawClient client = edge.connect().post("/v1/chat/completions", body);
    Run run = edge.serving.next();

    client.close();

    assertThat(run.awaitCancel()).isTrue();
    assertThat(edge.ending())
        .satisfies(ending -> {
          assertThat(ending.result()).isEqualTo(Result.CANCELLED);
          assertThat(ending.status()).isEqualTo(499);
        });
    awaitNothingHeld();
  }

  @Test
  void cancelsBetweenPlacementAndFirstChunk() throws Exception {
    RawClient client = edge.connect().post("/v1/chat/completions", EdgeUnderTest.STREAM);
    Run run = edge.serving.next().place();

    client.close();

    assertThat(run.awaitCancel()).isTrue();
    awaitNothingHeld();
  }

  @Test
  void cancelsInTheMiddleOfAStreamWithinAHundredMilliseconds() throws Exception {
    Duration best = Duration.ofDays(1);
    // The best of several, because a loaded machine may hold any single one up.
    for (int i = 0; i < 5; i++) {
      RawClient client = edge.connect().post("/v1/chat/completions", EdgeUnderTest.STREAM);
      Run run = edge.serving.next().place().chunk(CHUNK);
      client.head();
      client.chunk();

      long closedNanos = System.nanoTime();
      client.close();

      assertThat(run.awaitCancel()).isTrue();
      Duration took = Duration.ofNanos(System.nanoTime() - closedNanos);
      best = took.compareTo(best) < 0 ? took : best;
      assertThat(edge.ending().chunks()).isEqualTo(1);
    }

    assertThat(best).isLessThan(Duration.ofMillis(100));
    awaitNothingHeld();
  }

  @Test
  void cancelsAWholeAnswerOfWhichAllButTheEndHasCome() throws Exception {
    RawClient client = edge.connect().post("/v1/chat/completions", EdgeUnderTest.CHAT);
    Run run = edge.serving.next().place().chunk("{\"id\":\"1\",\"choices\":[]}");

    client.close();

    assertThat(run.awaitCancel()).isTrue();
    awaitNothingHeld();
  }

  @Test
  void cancelsAnExchangeThatIsPausedForASlowReader() throws Exception {
    RawClient client = edge.connect();
    client.post("/v1/chat/completions", EdgeUnderTest.STREAM);
    Run run = edge.serving.next().place();
    String big = CHUNK.replace("x", "x".repeat(100_000));
    while (!run.paused) {
      run.chunk(big);
    }

    client.close();

    assertThat(run.awaitCancel()).isTrue();
    awaitNothingHeld();
  }

  @Test
  void takesAHalfClosedSocketForAClientThatLeft() throws Exception {
    RawClient client = edge.connect().post("/v1/chat/completions", EdgeUnderTest.STREAM);
    Run run = edge.serving.next();

    client.halfClose();

    assertThat(run.awaitCancel()).isTrue();
    assertThat(client.isClosedByPeer()).isTrue();
    awaitNothingHeld();
  }

  @Test
  void forgetsAClientThatLeavesInItsBody() throws Exception {
    RawClient client = edge.connect();
    client.send(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: edge\r\nauthorization: Bearer "
            + EdgeUnderTest.KEY
            + "\r\ncontent-length: 1000\r\n\r\n{\"model\":");
    await().until(() -> edge.server.gate().heldBytes() > 0);

    client.close();

    assertThat(edge.ending().result()).isEqualTo(Result.CANCELLED);
    awaitNothingHeld();
    assertThat(edge.serving.isUntouched()).isTrue();
  }

  @Test
  void saysNothingToAClientThatLeftBeforeTheEnd() throws Exception {
    RawClient client = edge.connect().post("/v1/chat/completions", EdgeUnderTest.STREAM);
    Run run = edge.serving.next().place().chunk(CHUNK);
    client.close();
    assertThat(run.awaitCancel()).isTrue();

    run.chunk(CHUNK).end(ScriptedServing.usage(1, 2));

    assertThat(edge.ending().result()).isEqualTo(Result.CANCELLED);
    assertThat(edge.endings).isEmpty();
  }

  @Test
  void doesNotCancelWhatEndedWell() throws Exception {
    try (RawClient client = edge.connect()) {
      client.post("/v1/chat/completions", EdgeUnderTest.STREAM);
      Run run = edge.serving.next().place().chunk(CHUNK).end(ScriptedServing.usage(1, 1));
      client.head();
      assertThat(client.chunks()).last().asString().isEqualTo("data: [DONE]\n\n");

      assertThat(run.isCancelled()).isFalse();
      assertThat(edge.ending().result()).isEqualTo(Result.COMPLETED);
    }
  }

  @Test
  void cancelsAnExchangeThatServingReturnsTooLate() throws Exception {
    byte[] body = EdgeUnderTest.STREAM.getBytes(StandardCharsets.UTF_8);
    edge.serving.script(run -> run.place().chunk(CHUNK).end(ScriptedServing.usage(1, 1)));

    try (RawClient client = edge.connect()) {
      client.post("/v1/chat/completions", EdgeUnderTest.KEY, body);
      client.head();

      assertThat(client.chunks()).hasSize(2);
      assertThat(edge.serving.next().isCancelled()).isFalse();
    }
  }

  private void awaitNothingHeld() {
    await()
        .untilAsserted(() -> {
          assertThat(edge.server.gate().inFlight()).isZero();
          assertThat(edge.server.gate().heldBytes()).isZero();
        });
  }
}
