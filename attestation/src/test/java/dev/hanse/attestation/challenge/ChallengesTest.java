package dev.hanse.attestation.challenge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Refusal;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChallengesTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final Bytes KEY = Bytes.copyOf(new byte[] {1, 2, 3});

  private final Challenges challenges =
      new Challenges(new SecureRandom(), Duration.ofSeconds(60), 3);

  @Test
  void bindsAFreshNonceToTheKey() {
    Challenge one = issued(NOW);
    Challenge other = issued(NOW);

    assertThat(one.keyDigest()).isEqualTo(KEY.sha256());
    assertThat(one.nonce().size()).isEqualTo(32);
    assertThat(one.nonce()).isNotEqualTo(other.nonce());
    assertThat(one.id()).isNotEqualTo(other.id());
    assertThat(one.expiresAt()).isEqualTo(NOW.plusSeconds(60));
  }

  @Test
  void isRedeemedOnce() {
    Challenge challenge = issued(NOW);

    assertThat(challenges.redeem(challenge.id(), NOW.plusSeconds(59)))
        .isEqualTo(new Redemption.Redeemed(challenge));
    assertThat(challenges.redeem(challenge.id(), NOW.plusSeconds(59)))
        .isEqualTo(new Redemption.Refused(new Refusal.NonceUnknown()));
  }

  @Test
  void isUnknownIfNeverIssued() {
    assertThat(challenges.redeem("", NOW))
        .isEqualTo(new Redemption.Refused(new Refusal.NonceUnknown()));
  }

  @Test
  void expiresAtTheInstantItSaysAndIsUsedUpByTheLateAnswer() {
    Challenge challenge = issued(NOW);

    assertThat(challenges.redeem(challenge.id(), NOW.plusSeconds(60)))
        .isEqualTo(new Redemption.Refused(new Refusal.NonceExpired(NOW.plusSeconds(60))));
    assertThat(challenges.redeem(challenge.id(), NOW))
        .isEqualTo(new Redemption.Refused(new Refusal.NonceUnknown()));
  }

  @Test
  void refusesFurtherOnesWhenFullAndNotAnyMoreOnceTheyExpired() {
    issued(NOW);
    issued(NOW);
    issued(NOW);

    assertThat(challenges.issue(KEY, NOW.plusSeconds(59)))
        .isEqualTo(new Issue.Refused(new Refusal.ChallengesFull(Duration.ofSeconds(60))));
    assertThat(challenges.issue(KEY, NOW.plusSeconds(60))).isInstanceOf(Issue.Issued.class);
    assertThat(challenges.size()).isLessThanOrEqualTo(3);
  }

  @Test
  void remembersExpiredOnesOneMoreLifeToSayTheyAreLate() {
    Challenge challenge = issued(NOW);
    issued(NOW.plusSeconds(100));

    assertThat(challenges.redeem(challenge.id(), NOW.plusSeconds(101)))
        .isEqualTo(new Redemption.Refused(new Refusal.NonceExpired(NOW.plusSeconds(60))));
  }

  @Test
  void ofManyConcurrentAnswersOneAtMostIsRedeemed() throws Exception {
    Challenge challenge = issued(NOW);
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Callable<Redemption>> answers =
          IntStream.range(0, 64)
              .mapToObj(
                  answer -> (Callable<Redemption>) () -> challenges.redeem(challenge.id(), NOW))
              .toList();
      int redeemed = 0;
      for (Future<Redemption> answer : threads.invokeAll(answers)) {
        if (answer.get() instanceof Redemption.Redeemed) {
          redeemed++;
        }
      }

      assertThat(redeemed).isEqualTo(1);
    }
  }

  @Test
  void remembersAnExpiredOneForExactlyOneMoreLife() {
    Challenge challenge = issued(NOW);
    issued(NOW.plusSeconds(120).minusMillis(1));
    assertThat(challenges.size()).isEqualTo(2);
    issued(NOW.plusSeconds(120));

    assertThat(challenges.size()).isEqualTo(2);
    assertThat(challenges.redeem(challenge.id(), NOW.plusSeconds(120)))
        .isEqualTo(new Redemption.Refused(new Refusal.NonceUnknown()));
  }

  @Test
  void makesRoomOnlyOfThoseThatExpired() {
    Challenge first = issued(NOW);
    issued(NOW.plusSeconds(1));
    Challenge third = issued(NOW.plusSeconds(2));

    issued(NOW.plusSeconds(60));

    assertThat(challenges.size()).isEqualTo(3);
    assertThat(challenges.redeem(first.id(), NOW.plusSeconds(60)))
        .isEqualTo(new Redemption.Refused(new Refusal.NonceUnknown()));
    assertThat(challenges.redeem(third.id(), NOW.plusSeconds(60)))
        .isInstanceOf(Redemption.Redeemed.class);
  }

  @Test
  void carriesTheActivationItWasIssuedWith() {
    Activation activation =
        new Activation() {
          @Override
          public Bytes attestationKey() {
            return KEY;
          }

          @Override
          public boolean isProvedBy(Bytes secret, Instant at) {
            return false;
          }
        };

    assertThat(challenges.issue(KEY, Optional.of(activation), NOW))
        .isInstanceOfSatisfying(
            Issue.Issued.class,
            issued -> assertThat(issued.challenge().activation()).contains(activation));
    assertThat(issued(NOW).activation()).isEmpty();
    assertThat(issued(NOW).id()).hasSize(32);
  }

  @Test
  void needsLifeAndRoom() {
    SecureRandom random = new SecureRandom();
    assertThatThrownBy(() -> new Challenges(random, Duration.ZERO, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Challenges(random, Duration.ofSeconds(1), 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(new Challenges(random, Duration.ofSeconds(1), 1).issue(KEY, NOW))
        .isInstanceOf(Issue.Issued.class);
    assertThat(new Challenges(random).issue(KEY, NOW))
        .isInstanceOfSatisfying(
            Issue.Issued.class,
            issued -> assertThat(issued.challenge().expiresAt()).isEqualTo(NOW.plusSeconds(60)));
  }

  private Challenge issued(Instant at) {
    if (challenges.issue(KEY, at) instanceof Issue.Issued(var challenge)) {
      return challenge;
    }
    throw new AssertionError("refused");
  }
}
