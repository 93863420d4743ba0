package dev.hanse.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.Price;
import dev.hanse.api.config.StrictYaml;
import dev.hanse.node.control.StandingBids;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RepriceTest {
  private static final String NODE =
      """
      region: eu-west
      provider: acme
      name: gpu-1
      control: {addresses: ["127.0.0.1:7443"], trust-bundle: roots.pem}
      engines:
        - dialect: simulated
          models:
            - id: llama
              context-tokens: 8192
              price: {input: 0.10, output: 0.30}
      """;

  private final SelfDescription about = new SelfDescription(read(NODE), 1);

  private static NodeConfig read(String yaml) {
    return StrictYaml.read(yaml, NodeConfig.class, Map.of(), Map.of());
  }

  @Test
  void asksTheNewPriceOnceToldSo() {
    assertThat(about.reprice(read(NODE.replace("0.10", "0.08")))).isTrue();

    assertThat(about.asked())
        .extracting(StandingBids.Asked::price)
        .containsExactly(new Price(80_000, 80_000, 300_000));
  }

  @Test
  void otherModelsWaitForARestartAndSoDoTheirPrices() {
    assertThat(about.reprice(read(NODE.replace("llama", "qwen").replace("0.10", "0.08"))))
        .isFalse();

    assertThat(about.asked())
        .extracting(StandingBids.Asked::price)
        .containsExactly(new Price(100_000, 100_000, 300_000));
  }
}
