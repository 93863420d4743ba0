package dev.hanse.node.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.ClientKey;
import dev.hanse.api.ModelId;
import dev.hanse.node.admission.KeyCheck.Fault;
import dev.hanse.node.admission.KeyCheck.Rejected;
import dev.hanse.node.admission.KeyCheck.Valid;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KeyRingTest {
  private final ManualClock clock = new ManualClock();
  private final KeyRing ring = new KeyRing(clock);

  @Test
  void knowsAKeyByItsIdAndSecret() {
    ring.update(List.of(Keys.key("a"), Keys.key("b")));

    KeyCheck check = ring.check(Keys.text("b"));

    assertThat(check)
        .isInstanceOfSatisfying(
            Valid.class, valid -> assertThat(valid.key().tenant()).isEqualTo("tenant-b"));
  }

  @Test
  void knowsAKeyWhoseSecretHoldsHyphens() {
    String text = "hk-abc-se-cret-";
    ring.update(List.of(record("abc", text, Optional.empty(), false, 1)));

    assertThat(ring.check(text)).isInstanceOf(Valid.class);
  }

  @Test
  void knowsAKeyWhoseIdHoldsHyphens() {
    String text = "hk-team-a-secret";
    ring.update(List.of(record("team-a", text, Optional.empty(), false, 1)));

    assertThat(ring.check(text)).isInstanceOf(Valid.class);
  }

  @Test
  void saysWhenNoKeyWasSent() {
    assertThat(ring.check("")).isEqualTo(new Rejected(Fault.MISSING));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hk-a-wrong",
        "hk-unknown-secret",
        "hk-a",
        "hk-",
        "hk--",
        "a-secret_of_a",
        "sk-a-secret_of_a",
        "hk-a-secret_of_a ",
        "HK-a-secret_of_a"
      })
  void rejectsEverythingElseAlike(String presented) {
    ring.update(List.of(Keys.key("a")));

    assertThat(ring.check(presented)).isEqualTo(new Rejected(Fault.INVALID));
  }

  @Test
  void doesNotHashAnEndlessKey() {
    assertThat(ring.check("hk-a-" + "x".repeat(1 << 20))).isEqualTo(new Rejected(Fault.INVALID));
  }

  @Test
  void rejectsAKeyFromTheInstantItExpires() {
    Instant expiry = clock.instant().plusSeconds(60);
    ring.update(List.of(record("a", Keys.text("a"), Optional.of(expiry), false, 1)));
    assertThat(ring.check(Keys.text("a"))).isInstanceOf(Valid.class);

    clock.advance(Duration.ofSeconds(60));

    assertThat(ring.check(Keys.text("a"))).isEqualTo(new Rejected(Fault.EXPIRED));
  }

  @Test
  void tellsOfRevocationOnlyToWhoHasTheSecret() {
    ring.update(List.of(record("a", Keys.text("a"), Optional.empty(), true, 1)));

    assertThat(ring.check(Keys.text("a"))).isEqualTo(new Rejected(Fault.REVOKED));
    assertThat(ring.check("hk-a-guess")).isEqualTo(new Rejected(Fault.INVALID));
  }

  @Test
  void keepsTheHigherRevisionWhateverTheOrder() {
    ClientKey revoked = record("a", Keys.text("a"), Optional.empty(), true, 2);
    ClientKey old = record("a", Keys.text("a"), Optional.empty(), false, 1);
    ring.update(List.of(revoked, old));
    assertThat(ring.check(Keys.text("a"))).isEqualTo(new Rejected(Fault.REVOKED));

    ring.update(List.of(old));

    assertThat(ring.check(Keys.text("a"))).isEqualTo(new Rejected(Fault.REVOKED));
  }

  @Test
  void forgetsAKeyThatLeftTheSnapshot() {
    ring.update(List.of(Keys.key("a")));
    ring.update(List.of());

    assertThat(ring.check(Keys.text("a"))).isEqualTo(new Rejected(Fault.INVALID));
    assertThat(ring.size()).isZero();
  }

  @Test
  void keepsWhatAKeyHasUsedOverAnUpdate() {
    ring.update(List.of(Keys.key("a", 1, 0)));
    KeyBudget before = ((Valid) ring.check(Keys.text("a"))).budget();

    ring.update(List.of(Keys.key("a", 1, 0)));

    assertThat(((Valid) ring.check(Keys.text("a"))).budget()).isSameAs(before);
  }

  private static ClientKey record(
      String id, String text, Optional<Instant> expiry, boolean revoked, long revision) {
    return new ClientKey(
        id, Keys.sha256(text), "tenant", Set.<ModelId>of(), 0, 0, expiry, revoked, revision);
  }
}
