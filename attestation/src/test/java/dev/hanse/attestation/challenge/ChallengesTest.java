package dev.hanse.attestation.challenge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Refusal;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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

  private Challenge issued(Instant at) {
    if (challenges.issue(KEY, at) instanceof Issue.Issued(var challenge)) {
      return challenge;
    }
    throw new AssertionError("refused");
  }
}
