package dev.hanse.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StrictYamlRefusalTest {
  static Stream<Arguments> oneProblem() {
    return Stream.of(
        arguments(
            "oars: many",
            "line 1: oars: must be a whole number from -2147483648 to 2147483647, was \"many\""),
        arguments(
            "\n\noars: \"8\"",
            "line 3: oars: must be a whole number from -2147483648 to 2147483647, was \"8\" in quotes"),
        arguments("oars: 2147483648", "line 1: oars: must be a whole number from"),
        arguments("oars: 1.5", "line 1: oars: must be a whole number"),
        arguments(
            "oars:",
            "line 1: oars: must be a whole number from -2147483648 to 2147483647, was nothing"),
        arguments(
            "oars: [1]",
            "line 1: oars: must be a whole number from -2147483648 to 2147483647, was a list"),
        arguments(
            "cargo-grams: 99999999999999999999", "line 1: cargo-grams: must be a whole number"),
        arguments("trim: .nan", "line 1: trim: must be a number such as 0.5"),
        arguments("trim: 1e999", "line 1: trim: must be a number such as 0.5"),
        arguments("armed: yes", "line 1: armed: must be true or false, was \"yes\""),
        arguments("waters: lake", "line 1: waters: must be one of coast, high-seas, was \"lake\""),
        arguments("waters: HIGH_SEAS", "line 1: waters: must be one of coast, high-seas"),
        arguments(
            "watch-length: 30",
            "line 1: watch-length: must be a duration with its unit (ms, s, m, h, d), such as 500ms or 2s, was \"30\""),
        arguments("watch-length: -1s", "line 1: watch-length: must be a duration"),
        arguments("watch-length: 999999999999d", "line 1: watch-length: must be a duration"),
        arguments(
            "log-book: 16MB",
            "line 1: log-book: must be a size with its unit (B, KiB, MiB, GiB), such as 16MiB, was \"16MB\""),
        arguments("log-book: 999999999999999GiB", "line 1: log-book: must be a size"),
        arguments("home: Europe West", "line 1: home: must be a region such as eu-west"),
        arguments("captain: hook", "line 1: captain: must be a node such as acme.gpu-1"),
        arguments("figurehead: two words", "line 1: figurehead: must be a model's name"),
        arguments(
            "berth: 8080",
            "line 1: berth: must be host:port, such as 127.0.0.1:8080 or [::1]:8080, was \"8080\""),
        arguments("berth: localhost:70000", "line 1: berth: must be host:port"),
        arguments("berth: '::1:80'", "line 1: berth: must be host:port"),
        arguments("agent: localhost", "line 1: agent: must be a URL"),
        arguments("agent: 'http://a b'", "line 1: agent: must be a URL"),
        arguments("logs: ''", "line 1: logs: must be a path"),
        arguments("crew: Anna", "line 1: crew: must be a list of text, was \"Anna\""),
        arguments("crew:\n  - Anna\n  - {}", "line 3: crew[1]: must be text, was a section"),
        arguments("watches: [4h]", "line 1: watches: must map text to values, was a list"),
        arguments("watches:\n  first: 4", "line 2: watches.first: must be a duration"),
        arguments("ferries:\n  Nowhere: {name: x}", "line 2: ferries.Nowhere: must be a region"),
        arguments(
            "hold: full",
            "line 1: hold: must be a section with the keys max-barrels, seal, was \"full\""),
        arguments(
            "hold:\n  max-barrels: 0",
            "line 2: hold.max-barrels: maxBarrels must be above 0, was 0"),
        arguments(
            "oars: 3\nhold:\n  max-barrels: 501",
            "line 2: hold: more than 500 barrels need a seal"),
        arguments(
            "hold:\n  max-barels: 3",
            "line 2: hold.max-barels: is not known; did you mean max-barrels? (known here: max-barrels, seal)"),
        arguments(
            "boat: {seats: 2}", "line 1: boat.name: is required: give text or set HANSE_BOAT_NAME"),
        arguments(
            "boats:\n  - name: a\n  - seats: 3", "line 3: boats[1].name: is required: give text"),
        arguments("oars: 1\nname: x\noars: 2", "line 3: oars: is set twice, first on line 1"),
        arguments("name: &a x\nmotto: *a", "line 1: uses an anchor or alias"),
        arguments("name: !!java.lang.Thread x", "line 1: has the tag"),
        arguments("hold: !!map {}", "line 1: has the tag"),
        arguments("{a: 1}: 2", "line 1: has a key that is not text"),
        arguments("oars: 1\n---\noars: 2", "line 2: starts a second document"),
        arguments("oars: 1\n  bad: [", "line 2: is not YAML"),
        arguments("name: \"open", "is not YAML"),
        arguments("name: \u0007", "is not YAML"),
        arguments("- a\n- b", "line 1: must be a section with the keys name, motto"),
        arguments("just text", "line 1: must be a section with the keys name, motto"));
  }

  @ParameterizedTest
  @MethodSource("oneProblem")
  void namesTheLineTheKeyAndWhatWasExpected(String yaml, String expected) {
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("configuration has a problem:\n  ")
        .hasMessageContaining(expected);
  }

  @Test
  void listsEverythingThatIsWrong() {
    assertThatThrownBy(() -> read("oars: x\narmd: true\nhold:\n  max-barrels: y\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("configuration has 3 problems:\n")
        .extracting(thrown -> ((ConfigException) thrown).problems())
        .asInstanceOf(InstanceOfAssertFactories.list(Problem.class))
        .extracting(Problem::path)
        .containsExactlyInAnyOrder("oars", "armd", "hold.max-barrels");
  }

  @Test
  void anErrorInTheEnvironmentNamesTheVariable() {
    assertThatThrownBy(
            () -> StrictYaml.read("", Ship.class, Map.of("HANSE_WATCH_LENGTH", "30"), Map.of()))
        .hasMessageContaining("HANSE_WATCH_LENGTH: watch-length: must be a duration");
    assertThatThrownBy(
            () -> StrictYaml.read("", Ship.class, Map.of("HANSE_WATCHES", "{a: ["), Map.of()))
        .hasMessageContaining("HANSE_WATCHES: watches: is not YAML");
    assertThatThrownBy(
            () -> StrictYaml.read("", Ship.class, Map.of("HANSE_HOLD_MAX_BARRELS", "0"), Map.of()))
        .hasMessageContaining("HANSE_HOLD_MAX_BARRELS: hold.max-barrels: maxBarrels must be above");
  }

  @Test
  void aMisspeltVariableIsRefused() {
    assertThatThrownBy(() -> StrictYaml.read("", Ship.class, Map.of("HANSE_ORAS", "3"), Map.of()))
        .hasMessageContaining("HANSE_ORAS: is not known; did you mean HANSE_OARS?");
  }

  @Test
  void anErrorInAFlagNamesTheFlag() {
    assertThatThrownBy(() -> StrictYaml.read("", Ship.class, Map.of(), Map.of("oars", "x")))
        .hasMessageContaining("--oars: oars: must be a whole number");
    assertThatThrownBy(
            () -> StrictYaml.read("", Ship.class, Map.of(), Map.of("hold.max-barels", "3")))
        .hasMessageContaining(
            "--hold.max-barels: hold.max-barels: is not known; did you mean hold.max-barrels?");
    assertThatThrownBy(() -> StrictYaml.read("", Ship.class, Map.of(), Map.of("hold", "{}")))
        .hasMessageContaining("--hold: hold: is not known");
  }

  @Test
  void aSecretIsNeverEchoed() {
    assertThatThrownBy(() -> read("cipher: [rosebud]"))
        .hasMessageContaining("line 1: cipher: must be text")
        .message()
        .doesNotContain("rosebud");
    assertThatThrownBy(() -> read("cipher: env:NO_SUCH"))
        .hasMessageContaining("cipher: refers to the environment variable NO_SUCH");
    assertThatThrownBy(() -> read("cipher: file:/no/such/file"))
        .hasMessageContaining("cipher: refers to /no/such/file, which cannot be read");
  }

  /** Refuses every token, and quotes it. */
  record Strict(@Secret String token) {
    Strict {
      if (token.length() < 100) {
        throw new IllegalArgumentException("token must be longer than " + token);
      }
    }
  }

  @Test
  void aRecordThatEchoesItsSecretWhenItRefusesItIsMasked() {
    assertThatThrownBy(() -> StrictYaml.read("token: rosebud", Strict.class, Map.of(), Map.of()))
        .hasMessageContaining("line 1: token: token must be longer than ***")
        .message()
        .doesNotContain("rosebud");
  }

  @Test
  void aDocumentMadeToBlowUpIsRefusedSoon() {
    String laughs =
        """
        a: &a [x,x,x,x,x,x,x,x,x]
        b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]
        c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]
        """;
    List<String> bombs =
        List.of(
            laughs, "crew: " + "[".repeat(100_000), "x".repeat((1 << 20) + 1), "? ".repeat(50_000));

    for (String bomb : bombs) {
      assertTimeoutPreemptively(
          Duration.ofSeconds(5),
          () -> assertThatThrownBy(() -> read(bomb)).isInstanceOf(ConfigException.class));
    }
  }

  @Test
  void thousandsOfProblemsAreCutOff() {
    StringBuilder yaml = new StringBuilder();
    for (int index = 0; index < 1_000; index++) {
      yaml.append("unknown-").append(index).append(": 1\n");
    }

    assertThatThrownBy(() -> read(yaml.toString()))
        .isInstanceOfSatisfying(
            ConfigException.class, refused -> assertThat(refused.problems()).hasSize(50));
  }

  private static Ship read(String yaml) {
    return StrictYaml.read(yaml, Ship.class, Map.of(), Map.of());
  }
}
