package dev.hanse.node.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.api.Price;
import dev.hanse.api.SignedBid;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class StandingBidsTest {
  private static final NodeId NODE = NodeId.parse("acme.gpu-1");
  private static final ModelId MODEL = new ModelId("m");
  private static final Price PRICE = new Price(100, 50, 300);
  private static final Duration VALIDITY = Duration.ofHours(12);

  private Instant now = Instant.parse("2026-11-20T10:00:00Z");
  private KeyPair key = key();
  private List<StandingBids.Asked> asked = List.of(new StandingBids.Asked(MODEL, PRICE, PRICE));
  private final StandingBids bids = bids();

  private StandingBids bids() {
    return new StandingBids(
        NODE, () -> asked, VALIDITY, () -> key.getPrivate(), () -> now, List::of);
  }

  private static KeyPair key() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException(missing);
    }
  }

  private SignedBid bid() {
    return bids.bids().getFirst();
  }

  @Test
  void asksWhatItIsToldAndSignsIt() {
    assertThat(bid().bid().node()).isEqualTo(NODE);
    assertThat(bid().bid().price()).isEqualTo(PRICE);
    assertThat(bid().bid().validFrom()).isBefore(now);
    assertThat(bid().bid().validUntil()).isEqualTo(bid().bid().validFrom().plus(VALIDITY));
    assertThat(bid().isSignedBy(key.getPublic())).isTrue();
  }

  @Test
  void standsAsItIsWhileNothingChanges() {
    var first = bid();
    now = now.plus(VALIDITY.dividedBy(2)).minusSeconds(61);

    assertThat(bid()).isEqualTo(first);
  }

  @Test
  void isReplacedAfterHalfItsTime() {
    var first = bid();
    now = now.plus(VALIDITY.dividedBy(2));

    assertThat(bid().bid().sequence()).isGreaterThan(first.bid().sequence());
    assertThat(bid().bid().validUntil()).isAfter(first.bid().validUntil());
  }

  @Test
  void aNewPriceIsANewBidEvenWithinAMillisecond() {
    var first = bid();
    asked = List.of(new StandingBids.Asked(MODEL, new Price(99, 50, 300), PRICE));

    assertThat(bid().bid().price().inputMicrosPerMtok()).isEqualTo(99);
    assertThat(bid().bid().sequence()).isEqualTo(first.bid().sequence() + 1);
  }

  @Test
  void aRenewedIdentitySignsTheSameBidAgain() {
    var first = bid();
    key = key();

    assertThat(bid().bid()).isEqualTo(first.bid());
    assertThat(bid().isSignedBy(key.getPublic())).isTrue();
  }

  @Test
  void sequencesRiseOverRestarts() {
    long before = bid().bid().sequence();
    now = now.plusMillis(1);

    assertThat(bids().bids().getFirst().bid().sequence()).isGreaterThan(before);
  }

  @Test
  void aClockSetBackIsOvercomeByWhatTheControlPlaneSays() {
    var first = bid();
    bids.judged("m", first.bid().sequence(), "stale-sequence", "below", Long.MAX_VALUE / 2);

    assertThat(bid().bid().sequence()).isEqualTo(Long.MAX_VALUE / 2 + 1);
    bids.judged("m", bid().bid().sequence(), "above-reserve", "too much", 3);
    assertThat(bid().bid().sequence()).as("not tried again").isEqualTo(Long.MAX_VALUE / 2 + 1);
  }

  @Test
  void aModelNoLongerAskedForIsNoLongerBid() {
    asked = List.of();

    assertThat(bids.bids()).isEmpty();
  }

  @Test
  void doesNotPrintItsKey() {
    assertThat(bid().toString()).doesNotContain("Private");
  }
}
