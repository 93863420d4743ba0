package dev.hanse.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the READMEs say is tested, is: a test they name exists under that name. */
class ClaimsTest {
  private static final Pattern TEST =
      Pattern.compile("`([A-Z]\\w*(?:Test|IT|Scenario))(?:\\.(\\w+))?`");

  @Test
  void everyTestThatAReadmeNamesExists() throws IOException {
    Path root = root();
    Map<String, Path> tests = tests(root);

    List<String> missing = new ArrayList<>();
    int named = 0;
    for (Path readme : files(root, "README.md")) {
      Matcher claim = TEST.matcher(Files.readString(readme));
      while (claim.find()) {
        named++;
        Path test = tests.get(String.valueOf(claim.group(1)));
        if (test == null || !has(test, claim.group(2))) {
          missing.add(root.relativize(readme) + ": " + claim.group());
        }
      }
    }

    assertThat(missing).isEmpty();
    assertThat(named).as("tests named in READMEs").isGreaterThan(20);
  }

  private static boolean has(Path test, @Nullable String method) throws IOException {
    return method == null || Files.readString(test).contains(" " + method + "(");
  }

  private static Map<String, Path> tests(Path root) throws IOException {
    Map<String, Path> tests = new HashMap<>();
    for (Path file : files(root, ".java")) {
      String name = String.valueOf(file.getFileName());
      tests.put(name.substring(0, name.length() - ".java".length()), file);
    }
    return tests;
  }

  private static List<Path> files(Path root, String ending) throws IOException {
    try (Stream<Path> walk = Files.walk(root)) {
      return walk.filter(file -> file.toString().endsWith(ending))
          .filter(file -> !file.toString().contains("/target/"))
          .sorted()
          .toList();
    }
  }

  /** The checkout: where the list of modules stands. */
  private static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(at.resolve("chaos-tests")) && at.getParent() != null) {
      at = at.getParent();
    }
    return at;
  }
}
