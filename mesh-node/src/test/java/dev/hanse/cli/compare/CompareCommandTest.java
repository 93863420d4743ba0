package dev.hanse.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hanse.cli.replay.TraceRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CompareCommandTest {
  private static final List<TraceRequest> TRACE = SampleTrace.conversations(10, 5, 1);

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder = Path.of("");

  private int compare(String trace, String... words) throws IOException {
    Path file = folder.resolve("trace");
    Files.writeString(file, trace);
    List<String> all = new ArrayList<>(List.of("--trace", file.toString()));
    all.addAll(Arrays.asList(words));
    return run(all.toArray(String[]::new));
  }

  private int run(String... words) {
    CommandLine line = new CommandLine(new CompareCommand());
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    line.setExecutionExceptionHandler((failure, commandLine, parsed) -> {
      err.append(failure.getMessage());
      return 1;
    });
    return line.execute(words);
  }

  /** What a stranger computes from the trace and a policy's CSV. */
  private static Map<String, Double> recomputed(List<String> lines) {
    assertThat(lines.getFirst()).isEqualTo("request,node,blocks_hit,blocks,ttft_ms,cost_micros");
    List<Double> ttft = new ArrayList<>();
    Map<String, Double> work = new HashMap<>();
    double hitTokens = 0;
    double tokens = 0;
    double hitBlocks = 0;
    double blocks = 0;
    double cost = 0;
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      assertThat(cells).hasSize(6);
      TraceRequest request = TRACE.get(Integer.parseInt(cells[0]) - 1);
      double hit = Math.min(Double.parseDouble(cells[2]) * 512, (double) request.inputTokens());
      work.merge(cells[1], request.inputTokens() - hit + request.outputTokens(), Double::sum);
      hitTokens += hit;
      tokens += request.inputTokens();
      hitBlocks += Double.parseDouble(cells[2]);
      blocks += Double.parseDouble(cells[3]);
      ttft.add(Double.parseDouble(cells[4]));
      cost += Double.parseDouble(cells[5]);
    }
    ttft.sort(null);
    double total = work.values().stream().mapToDouble(Double::doubleValue).sum();
    double peak = work.values().stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    return Map.of(
        "prefixHitShare", hitTokens / tokens,
        "blockHitShare", hitBlocks / blocks,
        "ttftP50Millis", ttft.get((int) Math.ceil(ttft.size() * 0.50) - 1),
        "ttftP99Millis", ttft.get((int) Math.ceil(ttft.size() * 0.99) - 1),
        "peakToMean", peak / (total / 4),
        "costUsd", cost / 1e6);
  }

  @Test
  void theTableIsWhatAnyoneComputesFromTheRows() throws Exception {
    Path rows = folder.resolve("rows");

    int code = compare(SampleTrace.json(TRACE), "--nodes", "4", "--csv", rows.toString(), "--json");

    assertThat(code).as(err.toString()).isZero();
    JsonNode policies = new ObjectMapper().readTree(out.toString()).path("policies");
    assertThat(policies).hasSize(8);
    for (JsonNode policy : policies) {
      List<String> lines =
          Files.readAllLines(rows.resolve(policy.path("policy").asText() + ".csv"));
      assertThat(lines).hasSize(TRACE.size() + 1);
      recomputed(lines)
          .forEach((name, value) ->
              assertThat(policy.path(name).asDouble())
                  .as(policy.path("policy").asText() + " " + name)
                  .isCloseTo(value, org.assertj.core.data.Offset.offset(1e-9)));
    }
  }

  @Test
  void theTableForPeopleHoldsTheSameFigures() throws Exception {
    Path csv = folder.resolve("hanse.csv");

    int code =
        compare(
            SampleTrace.json(TRACE), "--nodes", "4", "--policy", "hanse", "--csv", csv.toString());

    assertThat(code).as(err.toString()).isZero();
    Map<String, Double> figures = recomputed(Files.readAllLines(csv));
    assertThat(out.toString())
        .contains("frontier")
        .contains("one world-wide cache")
        .containsPattern(
            "hanse +%.2f %% .* %.4f +yes"
                .formatted(100 * figure(figures, "prefixHitShare"), figure(figures, "costUsd")));
  }

  private static double figure(Map<String, Double> figures, String name) {
    return figures.getOrDefault(name, Double.NaN);
  }

  @Test
  void anAzureTraceWillDo() throws Exception {
    int code =
        compare(
            """
            TIMESTAMP,ContextTokens,GeneratedTokens
            2023-11-16 18:15:46.6805900,374,44
            2023-11-16 18:15:50.9951690,396,109
            """,
            "--policy",
            "round-robin");

    assertThat(code).as(err.toString()).isZero();
    assertThat(out.toString()).contains("2 requests").contains("0.00 %");
  }

  @Test
  void aBadLineIsNamedWithItsField() throws Exception {
    int code =
        compare(
            """
            {"timestamp": 0, "input_length": 10, "output_length": 7, "hash_ids": [1]}
            {"timestamp": 5, "input_length": "ten", "output_length": 7, "hash_ids": [1]}
            """);

    assertThat(code).isEqualTo(1);
    assertThat(err.toString()).contains("line 2").contains("input_length must be an integer");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void anEmptyTraceIsNoComparison() throws Exception {
    assertThat(compare("")).isEqualTo(1);
    assertThat(err.toString()).contains("there is no request in");
  }

  @Test
  void aRequestNoNodeCouldHoldIsNamed() throws Exception {
    int code = compare("{\"timestamp\": 0, \"input_length\": 9000000, \"output_length\": 7}\n");

    assertThat(code).isEqualTo(1);
    assertThat(err.toString()).contains("line 1").contains("9000007 tokens");
  }

  @Test
  void optionsOutOfRangeAreNamed() throws Exception {
    Map<String, List<String>> refused =
        Map.of(
            "--nodes", List.of("0", "-1", "1001"),
            "--speed", List.of("0", "-2", "NaN", "Infinity"),
            "--limit", List.of("-1"),
            "--policy", List.of("fastest", ""),
            "--tokens-per-block", List.of("0", "100", "32"));
    for (Map.Entry<String, List<String>> option : refused.entrySet()) {
      for (String value : option.getValue()) {
        err.getBuffer().setLength(0);

        assertThat(compare(SampleTrace.json(TRACE), option.getKey(), value))
            .as(option.getKey() + " " + value)
            .isEqualTo(2);
        assertThat(err.toString()).contains(option.getKey());
      }
    }
  }

  @Test
  void anUnknownGpuIsRefusedWithTheKnownOnes() throws Exception {
    assertThat(compare(SampleTrace.json(TRACE), "--gpu", "a100,abacus")).isEqualTo(2);
    assertThat(err.toString()).contains("abacus").contains("h100");
  }

  @Test
  void severalPoliciesDoNotFitIntoOneFile() throws Exception {
    Path file = folder.resolve("rows.csv");
    Files.writeString(file, "mine");

    assertThat(compare(SampleTrace.json(TRACE), "--csv", file.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("--csv").contains("directory");
    assertThat(file).hasContent("mine");
  }

  @Test
  void aMissingTraceIsNamed() {
    assertThat(run("--trace", folder.resolve("nowhere.jsonl").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("--trace").contains("nowhere.jsonl");
  }
}
