package dev.hanse.attestation.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** The sets of real and generated evidence beside a developer's clone; a user's clone has none. */
public final class SharedVectors {
  private SharedVectors() {}

  /** One test a vector of a technology. */
  public static Stream<DynamicTest> tests(Judge judge) {
    Path folder = folder(judge.technology());
    assumeTrue(
        Files.isDirectory(folder), "shared vectors of " + judge.technology() + " are not here");
    return Stream.of("real", "synthetic")
        .map(kind -> folder.resolve(kind).resolve("manifest.json"))
        .filter(Files::exists)
        .map(SharedVectors::read)
        .flatMap(set ->
            set.cases().stream()
                .map(one ->
                    DynamicTest.dynamicTest(
                        one.vector().id(),
                        () -> {
                          Vector vector = one.vector();
                          Grade grade = Grade.of(vector, judge.judge(vector, one.genuine()));
                          assertThat(grade.asExpected())
                              .as(
                                  "expected %s %s %s, got %s %s %s: %s",
                                  vector.expect(),
                                  vector.stage(),
                                  vector.reason(),
                                  grade.got(),
                                  grade.stage(),
                                  grade.reason(),
                                  grade.detail())
                              .isTrue();
                        })));
  }

  /** Where a technology's sets stand, if they do. */
  public static Path folder(String technology) {
    Path at = Path.of("").toAbsolutePath();
    while (at != null) {
      Path candidate = at.resolve("shared").resolve("attestation-vectors").resolve(technology);
      if (Files.isDirectory(candidate)) {
        return candidate;
      }
      at = at.getParent();
    }
    return Path.of("absent");
  }

  private static VectorSet read(Path manifest) {
    try {
      return VectorSet.read(manifest);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
