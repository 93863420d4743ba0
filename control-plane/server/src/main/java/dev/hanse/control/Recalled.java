package dev.hanse.control;

import dev.hanse.control.identity.RegionAuthority;
import dev.hanse.control.ledger.Ledger;
import dev.hanse.control.ledger.LedgerException;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.NodeResult;
import dev.hanse.control.workflow.Certified;
import dev.hanse.control.workflow.Provenance;
import dev.hanse.control.workflow.Transcripts;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an earlier process kept of those it accepted, as far as it can be used.
 *
 * @param there the digests under which the ledger has anything
 * @param transcripts the evidence behind results that stand
 * @param unusable the digests of results whose evidence is there and cannot be used: they do not
 *     stand. What is not there at all is no fault of anybody's
 */
record Recalled(Set<String> there, Transcripts transcripts, Set<String> unusable) {
  private static final Logger LOG = System.getLogger(Recalled.class.getName());

  /** Where there was no earlier process. */
  static Recalled nothing(Transcripts room) {
    return new Recalled(Set.of(), room, Set.of());
  }

  /**
   * Reads it; blocks.
   *
   * @param standing the results it may belong to, in the order in which they came
   * @param room takes what fits
   */
  static Recalled from(
      Ledger ledger,
      Collection<NodeResult> standing,
      RegionAuthority authority,
      Transcripts room,
      Instant now,
      ControlMetrics metrics) {
    Set<String> there = ledger.evidenceDigests();
    Set<String> unusable = new HashSet<>();
    List<NodeResult> kept =
        standing.stream()
            .filter(result -> result.certifiedUntil().isAfter(now))
            .filter(result -> there.contains(result.evidenceDigest()))
            .toList();
    for (NodeResult result : kept) {
      try {
        Certified evidence = ledger.evidence(result.evidenceDigest());
        Optional<String> objection = Provenance.objection(evidence, result, authority);
        if (objection.isPresent()) {
          throw new LedgerException(
              "evidence " + result.evidenceDigest() + " cannot be used: " + objection.get());
        }
        var _ = room.keep(evidence);
      } catch (LedgerException damaged) {
        unusable.add(result.evidenceDigest());
        LOG.log(
            Level.WARNING,
            "{0}; {1} is withdrawn until it brings fresh evidence, and what is there is removed",
            damaged.getMessage(),
            result.node());
      }
    }
    int left = kept.size() - unusable.size() - room.size();
    if (left > 0) {
      metrics.boundHit("transcripts");
      LOG.log(
          Level.WARNING,
          "evidence of {0} certificates does not fit into memory and is removed: the next change"
              + " of policy or collateral withdraws them",
          left);
    }
    return new Recalled(there, room, unusable);
  }
}
