package dev.hanse.cli.explain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.cli.Table;
import dev.hanse.cli.admin.DemoSession;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code hanse explain}: the preference list of a prompt, as the edge that is asked would go
 * through it now, with the verdict at each step. Reserves and runs nothing.
 */
@Command(
    name = "explain",
    description = "Shows where an edge would place a request now, and why.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The edge is sent the prompt as a chat of one user message, because where a prompt goes",
      "depends on its tenant and on what that edge has sent before. It keeps and logs nothing."
    })
public final class ExplainCommand implements Callable<Integer> {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double MICROS = 1_000_000;

  @Spec private CommandSpec spec;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Prompt prompt = new Prompt();

  /** What is to be placed: one of three. */
  private static final class Prompt {
    @Option(names = "--key", paramLabel = "PROMPT", description = "The prompt.")
    private @Nullable String text;

    @Option(names = "--prompt-file", paramLabel = "FILE", description = "A file with the prompt.")
    private @Nullable Path file;

    @Option(
        names = "--prefix-hash",
        paramLabel = "HEX",
        description = "The key as another explanation printed it.")
    private @Nullable String hash;
  }

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      required = true,
      description = "The model it is for.")
  private String model = "";

  @Option(
      names = "--edge",
      paramLabel = "URL",
      description = "The edge to ask. Default: ${DEFAULT-VALUE}")
  private URI edge = URI.create("http://127.0.0.1:8080");

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      defaultValue = "${env:HANSE_API_KEY}",
      description = "The client key. Default: $$HANSE_API_KEY, else a running demo's")
  private @Nullable String apiKey;

  @Option(
      names = "--provider",
      paramLabel = "JSON",
      description = "The request's provider object, for example '{\"sort\":\"price\"}'.")
  private @Nullable String provider;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "What it may produce at most. Default: the edge's own.")
  private @Nullable Integer maxTokens;

  @Option(names = "--json", description = "Print the edge's JSON instead of a table.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    JsonNode answer = ask();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(answer.toPrettyString());
      out.flush();
      return 0;
    }
    out.printf(
        Locale.ROOT,
        "%s, prefix hash %s, %d blocks, about %d prompt tokens%n",
        answer.path("model").asText(),
        answer.path("prefix_hash").asText(),
        answer.path("blocks").asInt(),
        answer.path("prompt_tokens").asLong());
    table(answer).print(out);
    out.println(answer.path("outcome").asText());
    out.flush();
    return 0;
  }

  private static Table table(JsonNode answer) {
    Table table =
        new Table(
            "#>",
            "BY",
            "NODE",
            "REGION",
            "VERDICT",
            "WEIGHT>",
            "SHARE>",
            "HELD>",
            "WORK>",
            "IN-FLIGHT>",
            "SOFT>",
            "HARD>",
            "USD/MTOK IN/OUT>",
            "EPOCH>",
            "WHY");
    int number = 0;
    for (JsonNode step : answer.path("steps")) {
      JsonNode price = step.path("price_micro_usd_per_mtok");
      String rank = step.path("rank").isInt() ? " " + (step.path("rank").asInt() + 1) : "";
      table.row(
          ++number,
          step.path("how").asText() + rank,
          step.path("node").asText(),
          step.path("region").asText(),
          step.path("verdict").asText().replace('_', ' '),
          String.format(Locale.ROOT, "%.0f", step.path("weight").asDouble()),
          String.format(Locale.ROOT, "%.1f %%", 100 * step.path("share").asDouble()),
          step.path("blocks_held").asInt(),
          step.path("work_tokens").asLong(),
          step.path("in_flight_tokens").asLong(),
          step.path("soft_tokens").asLong(),
          step.path("hard_tokens").asLong(),
          String.format(
              Locale.ROOT,
              "%.2f/%.2f",
              price.path("input").asLong() / MICROS,
              price.path("output").asLong() / MICROS),
          step.path("epoch").isNull() ? "-" : step.path("epoch").asText(),
          step.path("because").asText());
    }
    return table;
  }

  private JsonNode ask() throws IOException {
    String query =
        prompt.hash == null
            ? ""
            : "?prefix_hash=" + URLEncoder.encode(prompt.hash, StandardCharsets.UTF_8);
    HttpRequest request =
        HttpRequest.newBuilder(edge.resolve("/hanse/v1/explain" + query))
            .timeout(DEADLINE)
            .header("authorization", "Bearer " + key())
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body())))
            .build();
    HttpResponse<byte[]> response = send(request);
    JsonNode answer;
    try {
      answer = JSON.readTree(response.body());
    } catch (IOException failure) {
      throw new IOException(
          edge + " answered " + response.statusCode() + " without JSON; is it an edge?", failure);
    }
    if (response.statusCode() != 200) {
      throw new IOException(
          edge
              + " refused: "
              + answer.path("error").path("message").asText("status " + response.statusCode()));
    }
    return answer;
  }

  private String key() throws IOException {
    if (apiKey != null && !apiKey.isEmpty()) {
      return apiKey;
    }
    return DemoSession.read()
        .map(DemoSession::key)
        .orElseThrow(() ->
            new IllegalStateException(
                "the edge needs a client key: give --api-key or set HANSE_API_KEY"));
  }

  private ObjectNode body() throws IOException {
    ObjectNode body = JSON.createObjectNode().put("model", model);
    body.putArray("messages").addObject().put("role", "user").put("content", text());
    if (maxTokens != null) {
      body.put("max_completion_tokens", maxTokens);
    }
    if (provider != null) {
      try {
        body.set("provider", JSON.readTree(provider));
      } catch (JsonProcessingException failure) {
        throw new ParameterException(
            spec.commandLine(), "--provider must be JSON, for example '{\"sort\":\"price\"}'");
      }
    }
    return body;
  }

  private String text() throws IOException {
    if (prompt.file != null) {
      return Files.readString(prompt.file);
    }
    return prompt.text == null ? "" : prompt.text;
  }

  private HttpResponse<byte[]> send(HttpRequest request) throws IOException {
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(DEADLINE).build()) {
      return http.send(request, BodyHandlers.ofByteArray());
    } catch (ConnectException failure) {
      throw new IOException(
          "no edge answers at " + edge + "; is it running, and is --edge right?", failure);
    } catch (HttpTimeoutException failure) {
      throw new IOException(
          edge + " did not answer within " + DEADLINE.toSeconds() + " s", failure);
    } catch (InterruptedException failure) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", failure);
    }
  }
}
