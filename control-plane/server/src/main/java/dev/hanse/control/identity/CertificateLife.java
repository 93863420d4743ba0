package dev.hanse.control.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * How long leaves live.
 *
 * @param leaf one hour at most: it bounds how long a node that lost its right still has an identity
 */
public record CertificateLife(Duration leaf) {
  static final Duration LONGEST_LEAF = Duration.ofHours(1);

  /** Certificates start this long before they are made: peers' clocks may be behind. */
  static final Duration BACKDATED = Duration.ofMinutes(1);

  static final Duration ROOT = Duration.ofDays(3650);
  static final Duration REGION_CA = Duration.ofDays(365);

  public static final CertificateLife STANDARD = new CertificateLife(LONGEST_LEAF);

  public CertificateLife {
    if (leaf.compareTo(Duration.ofSeconds(1)) < 0 || leaf.compareTo(LONGEST_LEAF) > 0) {
      throw new IllegalArgumentException("a leaf lives 1 s to 1 h, was asked for " + leaf);
    }
  }

  /**
   * When to renew: after two thirds of life, up to a tenth earlier at random, so that nodes which
   * enrolled together do not all come back together.
   */
  static Instant renewAt(Instant now, Instant notAfter, RandomGenerator random) {
    double lifeMillis = Duration.between(now, notAfter).toMillis();
    double share = 2.0 / 3 - 0.1 * random.nextDouble();
    return now.plusMillis((long) (lifeMillis * share));
  }
}
