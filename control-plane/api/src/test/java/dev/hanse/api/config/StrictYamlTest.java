package dev.hanse.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.api.Endpoint;
import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StrictYamlTest {
  @TempDir Path directory;

  @Test
  void anEmptyDocumentMeansTheDefaults() {
    Ship ship = read("");

    assertThat(ship.name()).isEqualTo("Bunte Kuh");
    assertThat(ship.motto()).isEmpty();
    assertThat(ship.cargoGrams()).isEqualTo(5_000_000_000L);
    assertThat(ship.waters()).isEqualTo(Ship.Waters.HIGH_SEAS);
    assertThat(ship.charts()).containsExactly(Ship.Waters.COAST, Ship.Waters.HIGH_SEAS);
    assertThat(ship.watchLength()).isEqualTo(Duration.ofHours(1));
    assertThat(ship.crew()).isEmpty();
    assertThat(ship.curfew()).isEmpty();
    assertThat(ship.boat()).isEmpty();
    assertThat(ship.hold().maxBarrels()).isEqualTo(100);
  }

  @Test
  void readsEveryType() {
    Ship ship =
        read(
            """
            name: no
            motto: "fear: nothing"
            oars: -3
            cargo-grams: 7
            trim: 1.25e2
            armed: false
            waters: coast
            watch-length: 1500ms
            log-book: 64KiB
            home: us-east
            captain: beta.n2
            figurehead: qwen/qwen3-8b
            berth: "[::1]:99"
            agent: https://example.org
            logs: relative/path
            charts: [coast]
            crew:
              - Anna
              - true
            watches: {first: 4h, dog: 2h}
            curfew: 10m
            anchors: 2
            soundings: [1.5, 3]
            cipher: rosebud-and-more
            hold:
              max-barrels: 3
            boat: {name: dinghy}
            boats:
              - name: one
              - {name: two, seats: 8}
            ferries:
              eu-west: {name: fast}
            """);

    assertThat(ship)
        .isEqualTo(
            new Ship(
                "no",
                "fear: nothing",
                -3,
                7,
                125,
                false,
                Ship.Waters.COAST,
                Duration.ofMillis(1500),
                new ByteSize(65_536),
                new RegionId("us-east"),
                NodeId.parse("beta.n2"),
                new ModelId("qwen/qwen3-8b"),
                new Endpoint("::1", 99),
                URI.create("https://example.org"),
                Path.of("relative/path"),
                List.of(Ship.Waters.COAST),
                List.of("Anna", "true"),
                Map.of("first", Duration.ofHours(4), "dog", Duration.ofHours(2)),
                Optional.of(Duration.ofMinutes(10)),
                Optional.of(2),
                List.of(1.5, 3.0),
                Optional.of("rosebud-and-more"),
                new Ship.Hold(3, ""),
                Optional.of(new Ship.Boat("dinghy", 4)),
                List.of(new Ship.Boat("one", 4), new Ship.Boat("two", 8)),
                Map.of(new RegionId("eu-west"), new Ship.Boat("fast", 4))));
  }

  @Test
  void aSectionWhoseKeysAreAllCommentedOutHasItsDefaults() {
    assertThat(read("hold:\n  # max-barrels: 3\n").hold().maxBarrels()).isEqualTo(100);
  }

  @Test
  void theEnvironmentWinsOverTheDocumentAndFlagsOverBoth() {
    String yaml = "oars: 1\nhold:\n  max-barrels: 1\n";

    Ship ship =
        StrictYaml.read(
            yaml,
            Ship.class,
            Map.of("HANSE_OARS", "2", "HANSE_HOLD_MAX_BARRELS", "2", "PATH", "x"),
            Map.of("oars", "3"));

    assertThat(ship.oars()).isEqualTo(3);
    assertThat(ship.hold().maxBarrels()).isEqualTo(2);
  }

  @Test
  void theEnvironmentSetsListsMapsAndSections() {
    Ship ship =
        StrictYaml.read(
            "",
            Ship.class,
            Map.of(
                "HANSE_CREW", "Anna, Bert",
                "HANSE_CHARTS", "[coast]",
                "HANSE_WATCHES", "{first: 4h}",
                "HANSE_BOATS", "[{name: one}, {name: two, seats: 2}]",
                "HANSE_BOAT_NAME", "gig",
                "HANSE_CURFEW", "1m",
                "HANSE_MOTTO", "null"),
            Map.of());

    assertThat(ship.crew()).containsExactly("Anna", "Bert");
    assertThat(ship.charts()).containsExactly(Ship.Waters.COAST);
    assertThat(ship.watches()).containsEntry("first", Duration.ofHours(4));
    assertThat(ship.boats()).extracting(Ship.Boat::name).containsExactly("one", "two");
    assertThat(ship.boat()).contains(new Ship.Boat("gig", 4));
    assertThat(ship.curfew()).contains(Duration.ofMinutes(1));
    assertThat(ship.motto()).isEqualTo("null");
  }

  @Test
  void anEmptyVariableIsNotSetAndOthersVariablesAreNotOurs() {
    Map<String, String> environment =
        Map.of("HANSE_OARS", "", "HANSE_CONTROL_PORT_8080_TCP", "tcp://10.0.0.1", "HOME", "/");

    assertThat(StrictYaml.read("", Ship.class, environment, Map.of()).oars()).isEqualTo(12);
  }

  @Test
  void aSecretMayStandInAFileOrAVariable() throws IOException {
    Path file = Files.writeString(directory.resolve("seal"), "wax-and-ribbon\n");
    String yaml = "cipher: env:SHIP_CIPHER\nhold: {seal: 'file:" + file + "'}\n";

    Ship ship =
        StrictYaml.read(yaml, Ship.class, Map.of("SHIP_CIPHER", "rosebud-rosebud"), Map.of());

    assertThat(ship.cipher()).contains("rosebud-rosebud");
    assertThat(ship.hold().seal()).isEqualTo("wax-and-ribbon");
  }

  @Test
  void aSecretIsNotPrinted() {
    Ship ship = read("cipher: rosebud-rosebud\nhold: {seal: wax-and-ribbon}\n");

    assertThat(ship.toString())
        .contains("cipher=***", "seal=***", "maxBarrels=100")
        .doesNotContain("rosebud", "wax");
  }

  @Test
  void aRecordThatWouldPrintItsSecretIsAMistakeOfTheProgram() {
    record Chatty(@Secret String token) {}

    assertThatThrownBy(() -> StrictYaml.read("token: 0123456789", Chatty.class, Map.of(), Map.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Chatty.toString shows the secret token");
  }

  @Test
  void aTypeThatCannotBeReadIsAMistakeOfTheProgram() {
    record Odd(Thread thread) {}

    assertThatThrownBy(() -> StrictYaml.document(Odd.class))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("java.lang.Thread");
  }

  @Test
  void aDefaultThatDoesNotFitIsAMistakeOfTheProgram() {
    record Odd(@Default("ten") int count) {}

    assertThatThrownBy(() -> StrictYaml.read("", Odd.class, Map.of(), Map.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("bad default");
  }

  @Test
  void twoKeysThatShareAVariableAreAMistakeOfTheProgram() {
    record Inner(@Default("1") int port) {}
    record Odd(Inner edge, @Default("1") int edgePort) {}

    assertThatThrownBy(() -> StrictYaml.read("", Odd.class, Map.of(), Map.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("HANSE_EDGE_PORT");
  }

  @Test
  void aFileIsReadAndNamedInErrors() throws IOException {
    Path good = Files.writeString(directory.resolve("good.yaml"), "oars: 5\n");
    Path bad = Files.writeString(directory.resolve("bad.yaml"), "\noarz: 5\n");

    assertThat(StrictYaml.read(good, Ship.class, Map.of(), Map.of()).oars()).isEqualTo(5);
    assertThatThrownBy(() -> StrictYaml.read(bad, Ship.class, Map.of(), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("bad.yaml has a problem:")
        .hasMessageContaining("line 2: oarz: is not known; did you mean oars?");
  }

  @Test
  void aFileThatIsMissingHugeOrNotUtf8IsRefused() throws IOException {
    Path missing = directory.resolve("missing.yaml");
    Path huge = Files.write(directory.resolve("huge.yaml"), new byte[(1 << 20) + 1]);
    Path binary = Files.write(directory.resolve("binary.yaml"), new byte[] {(byte) 0xc3, 0x28});

    assertThatThrownBy(() -> StrictYaml.read(missing, Ship.class, Map.of(), Map.of()))
        .hasMessageContaining("does not exist");
    assertThatThrownBy(() -> StrictYaml.read(huge, Ship.class, Map.of(), Map.of()))
        .hasMessageContaining("is longer than 1048576 bytes");
    assertThatThrownBy(() -> StrictYaml.read(binary, Ship.class, Map.of(), Map.of()))
        .hasMessageContaining("is not UTF-8");
  }

  @Test
  void theTemplateReadsBackToTheDefaults() {
    String template = StrictYaml.document(Ship.class);

    assertThat(read(template)).isEqualTo(read(""));
  }

  @Test
  void theTemplateReadsBackWithItsExamplesUncommented() {
    String template =
        StrictYaml.document(Ship.class)
            .replaceAll("(?m)^((?: {2})*)# ((?: {2})*(- *|[a-z<>-]+:.*|# .*))$", "$1$2")
            .replaceAll("(?m)^((?: {2})*)# ((?: {2})*[a-z-]+: .*)$", "$1$2")
            .replaceAll("<text>", "words")
            .replaceAll("<region>", "eu-west")
            .replaceAll("<duration>", "1s")
            .replaceAll("<whole number>", "1")
            .replaceAll("file:/run/secrets/\\S+", "open");

    Ship ship = read(template);

    assertThat(ship.boat()).contains(new Ship.Boat("words", 4));
    assertThat(ship.boats()).containsExactly(new Ship.Boat("words", 4));
    assertThat(ship.ferries()).containsOnlyKeys(new RegionId("eu-west"));
    assertThat(ship.cipher()).contains("open");
  }

  @Test
  void theTemplateExplainsEveryKey() {
    assertThat(StrictYaml.document(Ship.class))
        .startsWith("# How the ship is run.\n")
        .contains(
            "# What it is called.\n# On two lines.\n# (text; HANSE_NAME)\nname: \"Bunte Kuh\"\n")
        .contains("# (one of coast, high-seas; HANSE_WATERS)\nwaters: high-seas\n")
        .contains("# (duration; may be left out; HANSE_CURFEW)\n# curfew: <duration>\n")
        .contains("# Where the cargo lies.\nhold:\n  # How many barrels.\n")
        .contains("  max-barrels: 100\n")
        .contains("# (text, or file:/path, or env:NAME; may be left out; HANSE_CIPHER)\n")
        .contains(
            "# boats:\n#   -\n#     # Painted on it.\n#     # (text; required)\n#     name: <text>\n");
  }

  @Test
  void theTemplateBreaksLongLines() {
    record Prolix(
        @Doc(
                "A sentence that goes on and on until it no longer fits the line that it started"
                    + " on, and goes on upon the next.")
            @Default("1")
            int value) {}

    assertThat(StrictYaml.document(Prolix.class))
        .isEqualTo(
            """
            # A sentence that goes on and on until it no longer fits the line that it started on, and goes on
            # upon the next.
            # (whole number; HANSE_VALUE)
            value: 1
            """);
    assertThat(StrictYaml.document(Prolix.class).lines()).allMatch(line -> line.length() <= 100);
  }

  private static Ship read(String yaml) {
    return StrictYaml.read(yaml, Ship.class, Map.of(), Map.of());
  }
}
