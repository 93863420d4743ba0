package dev.hanse.seeds;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;

/**
 * Runs a property once per seed; the seed is the test's one argument and stands in its name. {@code
 * -Dseed=42} replays a single one.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "seed {0}")
@ArgumentsSource(Seeds.Source.class)
public @interface Seeds {
  /** How many seeds, from {@link #from} on. */
  int tries() default 200;

  long from() default 1;

  /** Hands out the seeds. */
  final class Source implements ArgumentsProvider {
    @Override
    public Stream<? extends Arguments> provideArguments(
        ParameterDeclarations parameters, ExtensionContext context) {
      String replay = System.getProperty("seed");
      if (replay != null) {
        return Stream.of(Arguments.of(Long.parseLong(replay)));
      }
      Seeds seeds = context.getRequiredTestMethod().getAnnotation(Seeds.class);
      return LongStream.range(seeds.from(), seeds.from() + seeds.tries()).mapToObj(Arguments::of);
    }
  }
}
