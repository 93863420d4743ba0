package dev.hanse.node.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.api.ClientKey;
import dev.hanse.api.ModelId;
import dev.hanse.api.config.ByteSize;
import dev.hanse.node.admission.Admission.Admitted;
import dev.hanse.node.admission.Admission.Reason;
import dev.hanse.node.admission.Admission.Refused;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class GateTest {
  private static final ModelId MODEL = new ModelId("llama");

  private final ManualClock clock = new ManualClock();
  private final Gate gate = new Gate(new AdmissionLimits(3, 2, new ByteSize(100)));

  @Test
  void refusesAKeysThirdRequestInFlight() {
    KeyCheck.Valid client = client(Keys.key("a"));
    Claim first = entered(client);
    entered(client);

    assertThat(gate.enter(client))
        .isEqualTo(new Refused(Reason.KEY_IN_FLIGHT, Duration.ofSeconds(1)));

    first.abandon();
    assertThat(gate.enter(client)).isInstanceOf(Admitted.class);
  }

  @Test
  void refusesTheEdgesFourthRequestInFlight() {
    KeyCheck.Valid a = client(Keys.key("a"));
    KeyCheck.Valid b = client(Keys.key("b"));
    entered(a);
    entered(a);
    entered(b);

    assertThat(gate.enter(b)).isEqualTo(new Refused(Reason.EDGE_IN_FLIGHT, Duration.ofSeconds(1)));
    assertThat(b.budget().inFlight()).isEqualTo(1);
  }

  @Test
  void refusesBytesBeyondItsMemoryAndGivesThemBack() {
    Claim first = entered(client(Keys.key("a")));
    Claim second = entered(client(Keys.key("b")));
    assertThat(first.hold(60)).isInstanceOf(Admitted.class);

    assertThat(second.hold(41)).isEqualTo(new Refused(Reason.EDGE_BYTES, Duration.ofSeconds(1)));
    assertThat(second.hold(40)).isInstanceOf(Admitted.class);

    first.abandon();
    second.settle(7);
    assertThat(gate.heldBytes()).isZero();
    assertThat(gate.inFlight()).isZero();
  }

  @Test
  void holdsNothingForAnEndedClaim() {
    Claim claim = entered(client(Keys.key("a")));
    claim.abandon();

    assertThat(claim.hold(10)).isInstanceOf(Refused.class);
    assertThat(gate.heldBytes()).isZero();
  }

  @Test
  void refusesAModelTheKeyDoesNotName() {
    Claim claim = entered(client(Keys.onlyFor("a", new ModelId("other"))));

    assertThat(claim.reserve(MODEL, 10))
        .isEqualTo(new Refused(Reason.MODEL_NOT_ALLOWED, Duration.ZERO));
  }

  @Test
  void refusesWithoutHopeWhatIsLargerThanAMinutesTokens() {
    Claim claim = entered(client(Keys.key("a", 0, 1000)));

    assertThat(claim.reserve(MODEL, 1001))
        .isEqualTo(new Refused(Reason.LARGER_THAN_TOKEN_LIMIT, Duration.ZERO));
  }

  @Test
  void saysHowLongUntilTheNextRequestFits() {
    KeyCheck.Valid client = client(Keys.key("a", 2, 0));
    entered(client).reserve(MODEL, 1);
    entered(client).reserve(MODEL, 1);
    Gate roomy = new Gate(new AdmissionLimits(100, 100, new ByteSize(100)));

    Admission third = entered(roomy, client).reserve(MODEL, 1);

    assertThat(third).isEqualTo(new Refused(Reason.REQUEST_OR_TOKEN_RATE, Duration.ofSeconds(30)));
    clock.advance(Duration.ofSeconds(30).minusMillis(1));
    assertThat(entered(roomy, client).reserve(MODEL, 1)).isInstanceOf(Refused.class);
    clock.advance(Duration.ofMillis(1));
    assertThat(entered(roomy, client).reserve(MODEL, 1)).isInstanceOf(Admitted.class);
  }

  @Test
  void countsReservedTokensAgainstTheNextRequest() {
    KeyCheck.Valid client = client(Keys.key("a", 0, 1000));
    Claim first = entered(client);
    first.reserve(MODEL, 800);
    Claim second = entered(client);

    assertThat(second.reserve(MODEL, 400))
        .isEqualTo(new Refused(Reason.REQUEST_OR_TOKEN_RATE, Duration.ofSeconds(12)));

    first.settle(100);
    assertThat(second.reserve(MODEL, 400)).isInstanceOf(Admitted.class);
  }

  @Test
  void letsAnAnswerThatUsedMoreThanReservedDelayTheNext() {
    KeyCheck.Valid client = client(Keys.key("a", 0, 600));
    Claim first = entered(client);
    first.reserve(MODEL, 10);
    first.settle(1200);

    Admission next = entered(client).reserve(MODEL, 1);

    assertThat(next)
        .isEqualTo(new Refused(Reason.REQUEST_OR_TOKEN_RATE, Duration.ofMillis(60_100)));
  }

  @Test
  void givesNoCreditForGivingBackLate() {
    KeyCheck.Valid client = client(Keys.key("a", 0, 600));
    Claim first = entered(client);
    first.reserve(MODEL, 600);
    clock.advance(Duration.ofMinutes(5));
    first.abandon();
    Claim second = entered(client);
    second.reserve(MODEL, 600);
    second.settle(600);

    assertThat(entered(client).reserve(MODEL, 1)).isInstanceOf(Refused.class);
  }

  @Test
  void seesWhatAnotherThreadReservedInBetween() {
    AtomicReference<Runnable> inBetween = new AtomicReference<>(() -> {});
    // The budget reads the clock after its state: what runs there has come in between.
    InstantSource interrupted =
        () -> {
          inBetween.getAndSet(() -> {}).run();
          return clock.instant();
        };
    KeyRing ring = new KeyRing(interrupted);
    ring.update(List.of(Keys.key("a", 0, 1000)));
    KeyCheck.Valid client = (KeyCheck.Valid) ring.check(Keys.text("a"));
    Claim first = entered(client);
    Claim second = entered(client);
    inBetween.set(() -> assertThat(second.reserve(MODEL, 600)).isInstanceOf(Admitted.class));

    assertThat(first.reserve(MODEL, 600)).isInstanceOf(Refused.class);
    assertThat(client.budget().reservedTokens()).isEqualTo(600);

    inBetween.set(() -> assertThat(second.settle(100)).isTrue());
    assertThat(first.reserve(MODEL, 600)).isInstanceOf(Refused.class);
    assertThat(first.reserve(MODEL, 600)).isInstanceOf(Admitted.class);
    inBetween.set(() -> assertThat(gate.inFlight()).isEqualTo(1));
    first.settle(600);
    assertThat(client.budget().reservedTokens()).isZero();
    assertThat(client.budget().inFlight()).isZero();
  }

  @Test
  void endsOnceWhoeverEndsIt() {
    KeyCheck.Valid client = client(Keys.key("a", 0, 1000));
    Claim claim = entered(client);
    claim.reserve(MODEL, 500);

    assertThat(claim.settle(300)).isTrue();
    assertThat(claim.settle(300)).isFalse();
    assertThat(claim.abandon()).isFalse();

    assertThat(client.budget().reservedTokens()).isZero();
    assertThat(client.budget().inFlight()).isZero();
    assertThat(gate.inFlight()).isZero();
  }

  @Test
  void reservesNothingForAnEndedClaim() {
    KeyCheck.Valid client = client(Keys.key("a", 0, 1000));
    Claim claim = entered(client);
    claim.abandon();

    assertThat(claim.reserve(MODEL, 500)).isInstanceOf(Refused.class);
    assertThat(client.budget().reservedTokens()).isZero();
  }

  @Test
  void doesNotReserveTwice() {
    KeyCheck.Valid client = client(Keys.key("a", 0, 1000));
    Claim claim = entered(client);
    claim.reserve(MODEL, 500);

    assertThatThrownBy(() -> claim.reserve(MODEL, 100)).isInstanceOf(IllegalStateException.class);
    assertThat(client.budget().reservedTokens()).isEqualTo(500);
  }

  @Test
  void takesAnAbsurdLimitForNone() {
    KeyCheck.Valid client = client(Keys.key("a", Long.MAX_VALUE, Long.MAX_VALUE));
    for (int i = 0; i < 100; i++) {
      Claim claim = entered(client);
      assertThat(claim.reserve(MODEL, 1 << 30)).isInstanceOf(Admitted.class);
      clock.advance(Duration.ofDays(365));
      claim.settle(1 << 30);
    }
  }

  private KeyCheck.Valid client(ClientKey key) {
    KeyRing ring = new KeyRing(clock);
    ring.update(List.of(key));
    return (KeyCheck.Valid) ring.check(Keys.text(key.keyId()));
  }

  private Claim entered(KeyCheck.Valid client) {
    return entered(gate, client);
  }

  private static Claim entered(Gate gate, KeyCheck.Valid client) {
    return ((Admitted) gate.enter(client)).claim();
  }
}
