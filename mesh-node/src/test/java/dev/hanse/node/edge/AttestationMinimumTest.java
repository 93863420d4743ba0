package dev.hanse.node.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.ModelId;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What operators ask of nodes on behalf of tenants and models. */
class AttestationMinimumTest {
  private static final ModelId MODEL = new ModelId("secret-model");
  private static final ModelId OTHER = new ModelId("other");

  @Test
  void theStrongestThatAppliesCounts() {
    AttestationMinimum minimum =
        new AttestationMinimum("simulated", Map.of("bank", "tpm"), Map.of(MODEL, "tee"));

    assertThat(minimum.of("shop", OTHER)).contains(AttestationLevel.SIMULATED);
    assertThat(minimum.of("bank", OTHER)).contains(AttestationLevel.TPM);
    assertThat(minimum.of("bank", MODEL)).contains(AttestationLevel.TEE);
    assertThat(minimum.of("shop", MODEL)).contains(AttestationLevel.TEE);
  }

  @Test
  void anyAsksForNothing() {
    assertThat(new AttestationMinimum("any", Map.of(), Map.of()).of("shop", OTHER)).isEmpty();
  }

  @Test
  void refusesLevelsThereAreNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AttestationMinimum("hardware", Map.of(), Map.of()))
        .withMessageContaining("tee");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AttestationMinimum("any", Map.of("bank", "TEE!"), Map.of()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AttestationMinimum("any", Map.of(), Map.of(MODEL, "")));
  }
}
