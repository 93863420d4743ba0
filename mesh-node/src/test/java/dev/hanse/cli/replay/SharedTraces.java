package dev.hanse.cli.replay;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the recorded traces that lie beside the project; a test without them is skipped. */
public final class SharedTraces {
  private static final int LEVELS = 5;

  private SharedTraces() {}

  public static Path find(String name) {
    Optional<Path> found = Optional.empty();
    Path at = Path.of("").toAbsolutePath();
    for (int i = 0; i < LEVELS && at != null && found.isEmpty(); i++) {
      Path candidate = at.resolve("shared").resolve("traces").resolve(name);
      found = Files.isRegularFile(candidate) ? Optional.of(candidate) : Optional.empty();
      at = at.getParent();
    }
    assumeTrue(found.isPresent(), () -> "no shared/traces/" + name + " above this module");
    return found.orElseThrow();
  }
}
