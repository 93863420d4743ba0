package dev.hanse.provider.simulated.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class GpuProfileTest {
  @Test
  void ordersTheProfilesAsTheirDataSheetsDo() {
    assertThat(GpuProfile.MI300X.stepNanos(0, 1, 0)).isLessThan(GpuProfile.H100.stepNanos(0, 1, 0));
    assertThat(GpuProfile.H100.stepNanos(0, 1, 0)).isLessThan(GpuProfile.A100.stepNanos(0, 1, 0));
    assertThat(GpuProfile.A100.stepNanos(0, 1, 0)).isLessThan(GpuProfile.L40S.stepNanos(0, 1, 0));
    assertThat(GpuProfile.H100.prefillTokensPerSecond())
        .isGreaterThan(GpuProfile.RTX4090.prefillTokensPerSecond());
  }

  @Test
  void holdsAContextOf128kTokensOnEveryProfile() {
    assertThat(GpuProfile.all()).allSatisfy(it -> assertThat(it.kvTokens()).isGreaterThan(131_072));
  }

  @Test
  void decodesOneSequenceOnAnH100AtAPlausibleRate() {
    double tokensPerSecond = 1e9 / GpuProfile.H100.stepNanos(0, 1, 1000);

    assertThat(tokensPerSecond).isBetween(150.0, 250.0);
  }

  @Test
  void findsAProfileByNameInAnyCase() {
    assertThat(GpuProfile.named("MI300x")).isEqualTo(GpuProfile.MI300X);
  }

  @Test
  void namesTheKnownProfilesWhenThereIsNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GpuProfile.named("h9000"))
        .withMessageContaining("h9000")
        .withMessageContaining("l40s");
  }

  @Test
  void refusesRatesThatAreNotAboveZero() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GpuProfile("x", Double.NaN, 0, 0, 0, 1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new GpuProfile("x", 1, 0, 0, 0, 0, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new GpuProfile("x", 1, -1, 0, 0, 1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new GpuProfile("X y", 1, 0, 0, 0, 1, 1));
  }
}
