package dev.hanse.attestation.challenge;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Refusal;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The open challenges of one control plane. Each is bound to one public key, may be answered once,
 * and expires; answering removes it before anything else is looked at, so that of two concurrent
 * answers one at most is appraised.
 *
 * <p>Bounded: when {@code capacity} are open, further ones are refused. Expired ones are kept one
 * more {@code timeToLive}, so that a late answer is told that it is late. Safe for many threads.
 */
public final class Challenges {
  public static final int NONCE_BYTES = 32;
  private static final int ID_BYTES = 16;

  /** How long a nonce is good for: reference architecture asks for 60 to 120 s. */
  public static final Duration TIME_TO_LIVE = Duration.ofSeconds(60);

  /** About 2 MB when full; at 60 s each, room for 170 enrolments per second. */
  public static final int CAPACITY = 10_000;

  private final SecureRandom random;
  private final Duration timeToLive;
  private final int capacity;

  private final ReentrantLock lock = new ReentrantLock();
  // In order of issue, which is the order of expiry.
  private final Map<String, Challenge> open = new LinkedHashMap<>();

  public Challenges(SecureRandom random) {
    this(random, TIME_TO_LIVE, CAPACITY);
  }

  public Challenges(SecureRandom random, Duration timeToLive, int capacity) {
    if (!timeToLive.isPositive() || capacity < 1) {
      throw new IllegalArgumentException(
          "challenges need a positive life and capacity, were " + timeToLive + ", " + capacity);
    }
    this.random = random;
    this.timeToLive = timeToLive;
    this.capacity = capacity;
  }

  /**
   * Issues a challenge to a key.
   *
   * @param spki DER SubjectPublicKeyInfo
   */
  public Issue issue(Bytes spki, Instant now) {
    return issue(spki, Optional.empty(), now);
  }

  /** Issues a challenge to a key, and to a TPM with it. */
  public Issue issue(Bytes spki, Optional<Activation> activation, Instant now) {
    lock.lock();
    try {
      forgetBefore(now);
      if (open.size() >= capacity) {
        return new Issue.Refused(new Refusal.ChallengesFull(timeToLive));
      }
      Challenge challenge =
          new Challenge(
              randomBytes(ID_BYTES).hex(),
              randomBytes(NONCE_BYTES),
              spki.sha256(),
              activation,
              now.plus(timeToLive));
      open.put(challenge.id(), challenge);
      return new Issue.Issued(challenge);
    } finally {
      lock.unlock();
    }
  }

  /** Uses a challenge up, whatever comes of it. The caller compares {@code keyDigest}. */
  public Redemption redeem(String id, Instant now) {
    Challenge challenge = take(id);
    if (challenge == null) {
      return new Redemption.Refused(new Refusal.NonceUnknown());
    }
    if (!now.isBefore(challenge.expiresAt())) {
      return new Redemption.Refused(new Refusal.NonceExpired(challenge.expiresAt()));
    }
    return new Redemption.Redeemed(challenge);
  }

  /** How many are remembered; at most the capacity. */
  public int size() {
    lock.lock();
    try {
      return open.size();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Challenge take(String id) {
    lock.lock();
    try {
      return open.remove(id);
    } finally {
      lock.unlock();
    }
  }

  private void forgetBefore(Instant now) {
    Iterator<Challenge> oldestFirst = open.values().iterator();
    while (oldestFirst.hasNext()) {
      boolean roomNeeded = open.size() >= capacity;
      Instant expiresAt = oldestFirst.next().expiresAt();
      Instant forgetAt = roomNeeded ? expiresAt : expiresAt.plus(timeToLive);
      if (now.isBefore(forgetAt)) {
        return;
      }
      oldestFirst.remove();
    }
  }

  private Bytes randomBytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return Bytes.copyOf(bytes);
  }
}
