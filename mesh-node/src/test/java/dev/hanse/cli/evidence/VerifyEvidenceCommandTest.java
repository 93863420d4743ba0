package dev.hanse.cli.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class VerifyEvidenceCommandTest {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aVectorThatComesOutAsExpectedIsARowAndExitCodeZero() throws IOException {
    assertThat(run("--manifest", manifest("reject", "parse", "LENGTH"))).isZero();
    assertThat(out.toString())
        .containsPattern("snp/short +reject +reject +parse +LENGTH")
        .contains("1 vectors, 1 as expected, 0 different");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "accept - OK",
        "reject crypto SIGNATURE",
        "reject parse VERSION",
        "crypto-ok parse LENGTH"
      })
  void aVectorThatComesOutOtherwiseIsADifferenceAndExitCodeOne(String expected) throws IOException {
    String[] words = expected.split(" ", -1);

    assertThat(run("--manifest", manifest(words[0], words[1], words[2]))).isEqualTo(1);
    assertThat(out.toString()).contains("0 as expected, 1 different");
  }

  @Test
  void eitherVerdictWillDoWhereAnyIsExpected() throws IOException {
    assertThat(run("--manifest", manifest("any", "-", "MALLEABLE"))).isZero();
  }

  @Test
  void theRowsOfAManifestAreThereAsJsonToo() throws IOException {
    assertThat(run("--json", "--manifest", manifest("reject", "parse", "LENGTH"))).isZero();
    JsonNode report = new ObjectMapper().readTree(out.toString());

    assertThat(report.path("different").asInt()).isZero();
    assertThat(report.path("rows").get(0).path("reason").asText()).isEqualTo("LENGTH");
  }

  @Test
  void everySharedVectorComesOutAsExpected() throws IOException {
    Path shared = shared();
    assumeTrue(Files.isDirectory(shared), "shared vectors are not here");
    String[] words;
    try (Stream<Path> files = Files.walk(shared, 3)) {
      words =
          files
              .filter(file -> file.endsWith("manifest.json"))
              .sorted()
              .map(file -> "--manifest=" + file)
              .toArray(String[]::new);
    }

    assertThat(run(words)).as(out.toString()).isZero();
  }

  @Test
  void anEntryThatLacksWhatItsTechnologyNeedsIsADifferenceAndNotTheEnd() throws IOException {
    Path manifest =
        Files.writeString(
            folder.resolve("manifest.json"),
            """
            {"vectors": [{"id": "tdx/nothing", "expect": "accept", "stage": "-", "reason": "OK"}]}
            """);

    assertThat(run("--manifest", manifest.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("1 vectors, 0 as expected, 1 different");
  }

  @Test
  void evidenceThatIsRefusedIsExitCodeOneAndSaysWhy() throws IOException {
    Path report = Files.write(folder.resolve("report.bin"), snpReport());

    assertThat(run(report.toString(), "--at", "2026-06-01T00:00:00Z")).isEqualTo(1);
    assertThat(out.toString()).contains("sev-snp").contains("REFUSED");
  }

  @Test
  void theReportIsThereAsJsonToo() throws IOException {
    Path report = Files.write(folder.resolve("report.bin"), snpReport());

    assertThat(run("--json", report.toString())).isEqualTo(1);
    JsonNode found = new ObjectMapper().readTree(out.toString()).get(0);
    assertThat(found.path("accepted").asBoolean(true)).isFalse();
    assertThat(found.path("technology").asText()).isEqualTo("sev-snp");
    assertThat(found.path("stage").asText()).isNotEmpty();
  }

  @Test
  void evidenceOfATechnologyNobodyVerifiesIsRefused() throws IOException {
    Path bundle =
        Files.writeString(
            folder.resolve("e.json"), "{\"technology\": \"magic\", \"body\": \"AAAA\"}");

    assertThat(run(bundle.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("technology-not-allowed");
  }

  @Test
  void aFileOfNoKnownKindIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("letter.txt"), "Dear Sir or Madam");

    assertThat(run(file.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("letter.txt");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThat(run(folder.resolve("nothing.bin").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("nothing.bin");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "{\"vectors\": 1}",
        "{\"vectors\": [{}]}",
        "{\"vectors\": [{\"id\":\"a\",\"files\":{\"r\":\"../../../etc/hostname\"},\"expect\":\"any\",\"stage\":\"-\",\"reason\":\"-\"}]}",
        "{\"vectors\": [{\"id\":\"a\",\"files\":{\"r\":\"absent\"},\"expect\":\"any\",\"stage\":\"-\",\"reason\":\"-\"}]}",
        "{\"vectors\": [{\"id\":\"a\",\"time\":\"noon\",\"expect\":\"any\",\"stage\":\"-\",\"reason\":\"-\"}]}"
      })
  void aBrokenManifestIsExitCodeTwo(String content) throws IOException {
    Path manifest = Files.writeString(folder.resolve("manifest.json"), content);

    assertThat(run("--manifest", manifest.toString())).isEqualTo(2);
    assertThat(err.toString()).isNotBlank();
  }

  @Test
  void evidenceAndManifestAreNotMixedAndOneIsNeeded() throws IOException {
    assertThat(run()).isEqualTo(2);
    assertThat(run("x.bin", "--manifest", manifest("reject", "parse", "LENGTH"))).isEqualTo(2);
  }

  @Test
  void hexadecimalOptionsAreHexadecimal() throws IOException {
    Path report = Files.write(folder.resolve("report.bin"), snpReport());

    assertThat(run(report.toString(), "--report-data", "xyz")).isEqualTo(2);
    assertThat(err.toString()).contains("--report-data");
  }

  private String manifest(String expect, String stage, String reason) throws IOException {
    Files.write(folder.resolve("short.bin"), new byte[100]);
    String vector =
        """
        {"vectors": [{"id": "snp/short", "files": {"report": "short.bin"},
          "time": "2026-06-01T00:00:00Z", "expect": "%s", "stage": "%s", "reason": "%s",
          "params": {}}]}
        """
            .formatted(expect, stage, reason);
    return Files.writeString(folder.resolve("manifest.json"), vector).toString();
  }

  /** Of the right size and version, and nothing else. */
  private static byte[] snpReport() {
    byte[] report = new byte[1184];
    report[0] = 3;
    return report;
  }

  private static Path shared() {
    Path at = Path.of("").toAbsolutePath();
    while (at != null) {
      Path candidate = at.resolve("shared").resolve("attestation-vectors");
      if (Files.isDirectory(candidate)) {
        return candidate;
      }
      at = at.getParent();
    }
    return Path.of("absent");
  }

  private int run(String... words) {
    return new CommandLine(new VerifyEvidenceCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(words);
  }
}
