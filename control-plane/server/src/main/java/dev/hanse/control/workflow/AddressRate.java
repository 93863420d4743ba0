package dev.hanse.control.workflow;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How often one address may ask: a token bucket each, for the {@value #ADDRESSES} addresses seen
 * last. Safe for many threads.
 *
 * <p>An address that was forgotten starts anew; what many addresses do together is bounded by the
 * number of open challenges.
 */
public final class AddressRate {
  private static final int ADDRESSES = 4096;

  private final int burst;
  private final Duration refill;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > ADDRESSES;
        }
      };

  private record Bucket(double tokens, Instant at) {}

  /**
   * Limits.
   *
   * @param burst how many at once after a rest; above zero
   * @param refill how long until one more is allowed; above zero
   */
  public AddressRate(int burst, Duration refill) {
    if (burst < 1 || !refill.isPositive()) {
      throw new IllegalArgumentException(
          "a rate needs a positive burst and refill, were " + burst + ", " + refill);
    }
    this.burst = burst;
    this.refill = refill;
  }

  /** One hundred at once, then ten per second: a rack behind one NAT address restarts freely. */
  public static AddressRate standard() {
    return new AddressRate(100, Duration.ofMillis(100));
  }

  /** Takes one; present: refused, and how long to wait. */
  public Optional<Duration> take(String address, Instant now) {
    lock.lock();
    try {
      Bucket before = buckets.getOrDefault(address, new Bucket(burst, now));
      double refilled =
          Math.max(0, Duration.between(before.at(), now).toMillis()) / (double) refill.toMillis();
      double tokens = Math.min(burst, before.tokens() + refilled);
      if (tokens < 1) {
        buckets.put(address, new Bucket(tokens, now));
        return Optional.of(Duration.ofMillis((long) Math.ceil((1 - tokens) * refill.toMillis())));
      }
      buckets.put(address, new Bucket(tokens - 1, now));
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }
}
