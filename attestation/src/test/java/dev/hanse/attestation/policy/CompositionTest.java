package dev.hanse.attestation.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompositionTest {
  @ParameterizedTest
  @CsvSource({"0,0", "0,16", "16,16", "8,8"})
  void machinesHaveNoneToSixteenGpus(int min, int max) {
    assertThat(new Composition(min, max).maxGpus()).isEqualTo(max);
  }

  @ParameterizedTest
  @CsvSource({"-1,4", "3,2", "0,17", "17,17"})
  void otherNumbersAreRefused(int min, int max) {
    assertThatThrownBy(() -> new Composition(min, max))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 to 16");
  }

  @Test
  void anyIsNoneToSixteen() {
    assertThat(Composition.ANY).isEqualTo(new Composition(0, 16));
  }
}
