package dev.hanse.attestation.tpm.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.tpm.KnownKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ActivatedKeysTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  @Test
  void forgetsKeysAfterTheirLifeAndTakesNoMoreThanItHasRoomFor() {
    ActivatedKeys keys = new ActivatedKeys(Duration.ofMinutes(1), 2);
    KnownKey one = new KnownKey(Bytes.copyOf(new byte[] {1}), Optional.empty(), Instant.MAX);
    KnownKey two = new KnownKey(Bytes.copyOf(new byte[] {2}), Optional.empty(), Instant.MAX);
    KnownKey three = new KnownKey(Bytes.copyOf(new byte[] {3}), Optional.empty(), Instant.MAX);

    assertThat(keys.admit(one, NOW)).isTrue();
    assertThat(keys.admit(two, NOW.plusSeconds(30))).isTrue();
    assertThat(keys.admit(three, NOW.plusSeconds(59))).isFalse();
    assertThat(keys.admit(two, NOW.plusSeconds(31))).isTrue();
    assertThat(keys.find(one.name(), NOW.plusSeconds(59))).contains(one);
    assertThat(keys.find(one.name(), NOW.plusSeconds(60))).isEmpty();
    assertThat(keys.find(three.name(), NOW)).isEmpty();
    assertThat(keys.admit(three, NOW.plusSeconds(60))).isTrue();
    assertThat(new ActivatedKeys(Duration.ofMillis(1), 1).admit(one, NOW)).isTrue();
    assertThatThrownBy(() -> new ActivatedKeys(Duration.ZERO, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ActivatedKeys(Duration.ofSeconds(1), 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
