package dev.hanse.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({"0B,0", "512B,512", "1KiB,1024", "16MiB,16777216", "2GiB,2147483648"})
  void readsAndPrintsItsUnits(String text, long bytes) {
    assertThat(ByteSize.parse(text)).isEqualTo(new ByteSize(bytes)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "16", "16MB", "16 MiB", "-1B", "1.5MiB", "9999999999999999B"})
  void refusesWhatHasNoUnit(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = "2GiB")
  void refusesToBeCountedIn32BitsWhenItDoesNotFit(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text).toInt())
        .hasMessage("2GiB is too large, at most 2147483647B are possible");
  }
}
