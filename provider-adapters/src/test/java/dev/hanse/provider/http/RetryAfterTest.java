package dev.hanse.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
  private final RetryAfter reader =
      new RetryAfter(InstantSource.fixed(Instant.parse("1994-11-06T08:49:27Z")));

  private Optional<Duration> read(String name, String value) {
    return reader.read(MultiMap.caseInsensitiveMultiMap().add(name, value));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "retry-after | 2 | 2000",
        "Retry-After | 0 | 0",
        "retry-after | 1.5 | 1500",
        "retry-after-ms | 250 | 250",
        "retry-after | 999999999 | 3600000",
        "retry-after | Sun, 06 Nov 1994 08:49:37 GMT | 10000",
        "retry-after | Sunday, 06-Nov-94 08:49:37 GMT | 10000",
        "retry-after | Sun Nov  6 08:49:37 1994 | 10000",
        "retry-after | Sun, 06 Nov 1994 08:00:00 GMT | 0",
      })
  void readsSecondsMillisecondsAndEveryHttpDate(String name, String value, long millis) {
    assertThat(read(name, value)).contains(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "-1", "NaN", "Sun, 99 Nov 1994 08:49:37 GMT", "\u0663"})
  void takesWhatItCannotReadAsAbsent(String value) {
    assertThat(read("retry-after", value)).isEmpty();
  }

  @Test
  void prefersMilliseconds() {
    var headers = MultiMap.caseInsensitiveMultiMap().add("retry-after", "9");

    assertThat(reader.read(headers.add("retry-after-ms", "100"))).contains(Duration.ofMillis(100));
  }

  @Test
  void isEmptyWithoutAHeader() {
    assertThat(reader.read(MultiMap.caseInsensitiveMultiMap())).isEmpty();
  }
}
