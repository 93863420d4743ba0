package dev.hanse.node.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.node.edge.ScriptedServing.Run;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.Retry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole exchanges as they pass over the wire. {@code <name>.request.json} is what the client sends,
 * {@code <name>.engine.txt} what serving says, {@code <name>.response.txt} what the client gets:
 * status, headers, then each HTTP chunk by itself, so that one event is seen to be one write. What
 * really came stands in {@code target/golden}.
 */
final class GoldenTranscriptIT {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "chat-stream",
        "chat-stream-usage",
        "chat-stream-usage-unreported",
        "chat-whole",
        "completion-stream",
        "error-after-headers",
        "error-before-headers",
        "tools",
        "two-choices"
      })
  void passesOverTheWireAsWritten(String name) throws IOException {
    try (EdgeUnderTest edge = EdgeUnderTest.start();
        RawClient client = edge.connect()) {
      List<String> engine = text(name + ".engine.txt").lines().toList();
      edge.serving.script(run -> engine.forEach(line -> play(run, line)));

      String body = text(name + ".request.json").strip();
      client.post(
          body.contains("\"prompt\"") ? "/v1/completions" : "/v1/chat/completions",
          EdgeUnderTest.KEY,
          body.getBytes(StandardCharsets.UTF_8),
          "x-request-id: golden-1");

      String transcript = transcript(client);
      Path seen = Files.createDirectories(Path.of("target", "golden"));
      Files.writeString(seen.resolve(name + ".response.txt"), transcript);
      assertThat(transcript).isEqualTo(text(name + ".response.txt"));
    }
  }

  private static void play(Run run, String line) {
    if (line.startsWith("{")) {
      run.chunk(line);
      return;
    }
    String[] words = line.split(" ", 4);
    switch (words[0]) {
      case "place" -> run.place();
      case "end" -> {
        var usage = ScriptedServing.usage(Long.parseLong(words[1]), Long.parseLong(words[2]));
        if (words.length > 3) {
          run.end(usage, words[3]);
        } else {
          run.end(usage);
        }
      }
      case "fail" ->
          run.fail(
              ScriptedServing.failure(
                  ProviderFailure.Kind.valueOf(words[1]),
                  Integer.parseInt(words[2]),
                  words[3],
                  new Retry.Elsewhere(Duration.ofMillis(1500))));
      default -> throw new IllegalArgumentException("no such step: " + line);
    }
  }

  private static String transcript(RawClient client) throws IOException {
    RawClient.Head head = client.head();
    StringBuilder text = new StringBuilder(head.statusLine()).append('\n');
    head.headers().forEach((name, value) -> text.append(name + ": " + value + "\n"));
    text.append('\n');
    if (head.header("transfer-encoding").equals("chunked")) {
      client.chunks().forEach(chunk -> text.append("--- chunk\n").append(chunk));
      text.append("--- end\n");
    } else {
      byte[] body =
          client
              .socket()
              .getInputStream()
              .readNBytes(Integer.parseInt(head.header("content-length")));
      text.append(new String(body, StandardCharsets.UTF_8)).append('\n');
    }
    return text.toString();
  }

  private static String text(String file) {
    try (InputStream in = GoldenTranscriptIT.class.getResourceAsStream("/golden/" + file)) {
      if (in == null) {
        throw new AssertionError("no golden file " + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
