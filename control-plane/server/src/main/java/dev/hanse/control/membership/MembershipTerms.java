package dev.hanse.control.membership;

import java.time.Duration;

/**
 * The times and bounds a region's membership is run with.
 *
 * @param beatInterval how often a node should report; above zero
 * @param lease how long a node counts as present after it was last heard; at least two beats
 * @param silentAfter how long a remote region may say nothing before it is marked silent
 * @param forgetAfter how long the members of a silent region are kept: nodes outlive their control
 *     plane, so a silent region is not an empty one
 * @param maxMembers over all regions together; above 4096 a view no longer fits the bounds the wire
 *     mapping holds its readers to
 * @param maxKeys client keys, revoked ones included; 65536 at most, for the same reason
 * @param maxRegions remote regions
 * @param deltaHistory how many past deltas are kept for watchers that fell behind; further behind
 *     they get a snapshot
 */
public record MembershipTerms(
    Duration beatInterval,
    Duration lease,
    Duration silentAfter,
    Duration forgetAfter,
    int maxMembers,
    int maxKeys,
    int maxRegions,
    int deltaHistory) {
  public static final MembershipTerms DEFAULT =
      new MembershipTerms(
          Duration.ofMillis(500),
          Duration.ofSeconds(3),
          Duration.ofSeconds(3),
          Duration.ofMinutes(10),
          4_096,
          65_536,
          64,
          64);

  public MembershipTerms {
    if (!beatInterval.isPositive() || lease.compareTo(beatInterval.multipliedBy(2)) < 0) {
      throw new IllegalArgumentException(
          "the lease must be at least two beats, was " + lease + " with a beat of " + beatInterval);
    }
    if (silentAfter.compareTo(beatInterval.multipliedBy(2)) < 0
        || forgetAfter.compareTo(silentAfter) < 0) {
      throw new IllegalArgumentException(
          "silentAfter must be at least two beats and forgetAfter no less than silentAfter, were "
              + silentAfter
              + " and "
              + forgetAfter);
    }
    if (maxMembers < 1 || maxKeys < 1 || maxRegions < 1 || deltaHistory < 1) {
      throw new IllegalArgumentException("every bound must be at least 1");
    }
  }
}
