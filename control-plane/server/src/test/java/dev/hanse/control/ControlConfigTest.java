package dev.hanse.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.api.Endpoint;
import dev.hanse.api.ModelId;
import dev.hanse.api.Price;
import dev.hanse.api.RegionId;
import dev.hanse.api.config.ConfigException;
import dev.hanse.api.config.StrictYaml;
import dev.hanse.control.market.MarketTerms;
import dev.hanse.control.market.Settlement;
import dev.hanse.control.membership.MembershipTerms;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlConfigTest {
  private static final String LEAST =
      """
      region: eu-west
      admin:
        token: sixteen-characters-or-more
      """;

  private static ControlConfig read(String yaml) {
    return StrictYaml.read(yaml, ControlConfig.class, Map.of(), Map.of());
  }

  @Test
  void needsARegionAndATokenOnly() {
    ControlConfig config = read(LEAST);

    assertThat(config.region()).isEqualTo(new RegionId("eu-west"));
    assertThat(config.listen()).isEqualTo(new Endpoint("127.0.0.1", 7443));
    assertThat(config.admin().listen()).isEqualTo(new Endpoint("127.0.0.1", 7480));
    assertThat(config.terms()).isEqualTo(MembershipTerms.DEFAULT);
    assertThat(config.timing()).isEqualTo(ControlConfig.Timing.DEFAULT);
    assertThat(config.peers()).isEmpty();
  }

  @Test
  void hasAMarketOfThirtySecondEpochsUnlessToldOtherwise() {
    assertThat(read(LEAST).market().terms(4_096)).isEqualTo(MarketTerms.DEFAULT);
    assertThat(read(LEAST).seed()).isZero();
  }

  @Test
  void readsTheRulesOfTheMarket() {
    ControlConfig config =
        read(
            LEAST
                + """
                placement-seed: "fedcba9876543210"
                market:
                  epoch: 60s
                  shortest-validity: 2m
                  settlement: marginal
                  reserve:
                    - { model: llama, input: 0.5, cached-input: 0.1, output: 1.5 }
                """);

    MarketTerms terms = config.market().terms(7);
    assertThat(terms.epoch()).isEqualTo(Duration.ofMinutes(1));
    assertThat(terms.settlement()).isEqualTo(Settlement.MARGINAL);
    assertThat(terms.reserve())
        .isEqualTo(Map.of(new ModelId("llama"), new Price(500_000, 100_000, 1_500_000)));
    assertThat(terms.maxNodes()).isEqualTo(7);
    assertThat(config.seed()).isEqualTo(0xfedcba9876543210L);
    assertThat(config.toString()).doesNotContain("fedcba9876543210");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          market: {epoch: 29s}                                        | at least 30 s
          market: {shortest-validity: 59s}                            | at least two epochs
          market: {longest-validity: 30s}                             | at least two epochs
          market: {settlement: auction}                               | settlement
          market: {headroom: -1}                                      | headroom
          market: {elasticity: 0}                                     | alpha
          market: {latency-usd-per-second: -0.1}                      | USD must be
          market: {reserve: [{model: m, input: 1e9, cached-input: 0, output: 0}]} | USD must be
          placement-seed: "not-sixteen-digits"                        | placement-seed must be 16
          """)
  void refusesRulesThatWouldNotHold(String line, String reason) {
    assertThatThrownBy(() -> read(LEAST + line + "\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void readsPeers() {
    assertThat(read(LEAST + "peers:\n  us-east: 10.1.0.1:7443\n").peers())
        .isEqualTo(Map.of(new RegionId("us-east"), new Endpoint("10.1.0.1", 7443)));
  }

  @Test
  void refusesItselfAsAPeer() {
    assertThatThrownBy(() -> read(LEAST + "peers:\n  eu-west: 10.1.0.1:7443\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("eu-west");
  }

  @Test
  void refusesALeaseShorterThanTwoBeats() {
    assertThatThrownBy(() -> read(LEAST + "timing:\n  beat-interval: 2s\n").terms())
        .hasMessageContaining("two beats");
  }

  @Test
  void refusesAShortToken() {
    assertThatThrownBy(() -> read("region: eu-west\nadmin:\n  token: short\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("16")
        .hasMessageNotContaining("short ");
  }

  @Test
  void refusesMoreMembersThanTheWireCarries() {
    assertThatThrownBy(() -> read(LEAST + "bounds:\n  members: 5000\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("4096");
  }

  @Test
  void keepsAsMuchEvidenceAsItIsTold() {
    assertThat(read(LEAST).bounds().evidenceBytes()).isEqualTo(64L << 20);
    assertThat(read(LEAST + "bounds:\n  evidence-mib: 4096\n").bounds().evidenceBytes())
        .isEqualTo(4L << 30);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 4097})
  void refusesNoRoomForEvidenceAndMoreThanAHeapHas(int mib) {
    assertThatThrownBy(() -> read(LEAST + "bounds:\n  evidence-mib: " + mib + "\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("evidence-mib must be 1 to 4096, was " + mib);
  }

  @Test
  void printsATemplateWithEveryKeyAndNoToken() {
    assertThat(StrictYaml.document(ControlConfig.class))
        .contains("beat-interval", "data-dir", "token", "delta-history");
    assertThat(read(LEAST).toString()).doesNotContain("sixteen-characters");
  }
}
