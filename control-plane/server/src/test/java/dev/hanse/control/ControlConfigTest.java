package dev.hanse.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.api.Endpoint;
import dev.hanse.api.RegionId;
import dev.hanse.api.config.ConfigException;
import dev.hanse.api.config.StrictYaml;
import dev.hanse.control.membership.MembershipTerms;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
  void printsATemplateWithEveryKeyAndNoToken() {
    assertThat(StrictYaml.document(ControlConfig.class))
        .contains("beat-interval", "data-dir", "token", "delta-history");
    assertThat(read(LEAST).toString()).doesNotContain("sixteen-characters");
  }
}
