package dev.hanse.control.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JoinTokensTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  private final JoinTokens tokens = new JoinTokens(List.of());
  private final Random random = new Random(1);

  private JoinTokens.Issued issue(String provider) {
    return tokens.issue(provider, Duration.ofHours(1), NOW, random).orElseThrow();
  }

  @Test
  void letsNodesOfItsProviderInUntilItExpires() {
    String text = issue("acme").credential().text();

    assertThat(text).matches("hj-[a-z2-7]{12}-[A-Za-z0-9_-]{43}");
    assertThat(tokens.providerOf(text, NOW)).contains("acme");
    assertThat(tokens.providerOf(text, NOW)).contains("acme");
    assertThat(tokens.providerOf(text, NOW.plusSeconds(3599))).contains("acme");
    assertThat(tokens.providerOf(text, NOW.plusSeconds(3600))).isEmpty();
  }

  @Test
  void refusesARevokedToken() {
    JoinTokens.Issued issued = issue("acme");

    assertThat(tokens.revoke(issued.token().tokenId())).isPresent();

    assertThat(tokens.providerOf(issued.credential().text(), NOW)).isEmpty();
    assertThat(tokens.revoke("nosuchtoken1")).isEmpty();
  }

  @Test
  void refusesATokenWithAnotherSecret() {
    String text = issue("acme").credential().text();
    String other = text.substring(0, text.length() - 1) + (text.endsWith("A") ? "B" : "A");

    assertThat(tokens.providerOf(other, NOW)).isEmpty();
    assertThat(tokens.providerOf(text + "A", NOW)).isEmpty();
    assertThat(tokens.providerOf("hk" + text.substring(2), NOW)).isEmpty();
    assertThat(tokens.providerOf("", NOW)).isEmpty();
    assertThat(tokens.providerOf("hj-", NOW)).isEmpty();
  }

  @Test
  void refusesAProviderThatCannotBe() {
    assertThatIllegalArgumentException().isThrownBy(() -> issue("ACME!"));
    assertThat(tokens.all()).isEmpty();
  }

  @Test
  void forgetsTokensLongDead() {
    JoinTokens.Issued old = issue("acme");

    tokens.issue("acme", Duration.ofHours(1), NOW.plus(Duration.ofDays(30)), random);

    assertThat(tokens.all()).doesNotContain(old.token()).hasSize(1);
  }

  @Test
  void keepsNoSecretAndPrintsNone() {
    JoinTokens.Issued issued = issue("acme");
    String secret = issued.credential().text().substring(16);

    assertThat(issued.token().toString()).doesNotContain(secret);
    assertThat(issued.credential().toString()).doesNotContain(secret);
    assertThat(issued.toString()).doesNotContain(secret);
  }
}
