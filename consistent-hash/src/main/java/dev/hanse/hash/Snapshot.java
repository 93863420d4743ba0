package dev.hanse.hash;

import java.util.List;

/**
 * A placement's members and loads at about one moment.
 *
 * @param version rises by one with each accepted update
 * @param digest of the table in force, see {@link SlotTable#digest}; two edges of one zone with
 *     equal digests place alike
 * @param totalTokens work in flight over all members, that of other edges included
 * @param leases leases out, over every placement that shares the account
 */
public record Snapshot(
    long version, long digest, long totalTokens, int leases, List<MemberLoad> members) {
  public Snapshot {
    members = List.copyOf(members);
  }

  /**
   * One member's part.
   *
   * @param keyShare share of the slots whose first choice it is, within its zone's table
   * @param ownTokens reserved here and not released
   * @param otherTokens what others have put there, by its last beat
   * @param softTokens at this much and above it passes keys on
   */
  public record MemberLoad(
      Member member,
      boolean local,
      double keyShare,
      long ownTokens,
      long otherTokens,
      long softTokens) {}
}
