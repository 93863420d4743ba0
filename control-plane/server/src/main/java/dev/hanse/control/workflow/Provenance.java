package dev.hanse.control.workflow;

import dev.hanse.control.identity.RegionAuthority;
import dev.hanse.control.membership.NodeResult;
import java.util.Optional;

/**
 * Whether evidence that was written down is what a result was given on. Whoever can write files can
 * write any: evidence counts for the node, the policy and the certificate of that result, or for
 * nothing. That it is of the key it says is for the appraiser to see, from the report data.
 */
public final class Provenance {
  private Provenance() {}

  /** What speaks against it; empty if nothing does. */
  public static Optional<String> objection(
      Certified evidence, NodeResult result, RegionAuthority authority) {
    Optional<String> tooMuch = EvidenceParts.objection(evidence.transcript().parts());
    if (tooMuch.isPresent()) {
      return tooMuch;
    }
    try {
      var _ = authority.nodeOf(evidence.binding().claims());
    } catch (IllegalArgumentException impossible) {
      return Optional.of(String.valueOf(impossible.getMessage()));
    }
    return different("node", evidence.node(), result.node())
        .or(() -> different("technology", evidence.technology(), result.technology()))
        .or(() -> different("digest", evidence.evidenceDigest(), result.evidenceDigest()))
        .or(() -> different("policy", evidence.issuedUnder(), result.issuedUnder()))
        .or(() -> different("end", evidence.transcript().certifiedUntil(), result.certifiedUntil()))
        .or(() ->
            evidence.transcript().appraisedAt().isBefore(result.certifiedUntil())
                ? Optional.empty()
                : Optional.of("it came after its certificate ended"));
  }

  private static Optional<String> different(String what, Object told, Object known) {
    return told.equals(known)
        ? Optional.empty()
        : Optional.of("its " + what + " is " + told + ", its result's " + known);
  }
}
