package dev.hanse.control.workflow;

import dev.hanse.api.AttestationSummary;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AttestationResult;
import dev.hanse.attestation.policy.Check;
import dev.hanse.control.identity.RegionAuthority;
import dev.hanse.control.membership.NodeResult;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Judges anew what was accepted before: by the trust in force now, over the evidence of then.
 *
 * <p>CPU work of about a millisecond each, no I/O: for worker threads, many at once. Fails closed:
 * what cannot be judged does not stand.
 */
public final class Reappraisal {
  private static final Logger LOG = System.getLogger(Reappraisal.class.getName());

  /** As long as a revocation's reason may be. */
  private static final int MOST_REASON_CHARS = 256;

  private static final String UNJUDGED = "it could not be judged, see the log";

  private final RegionAuthority authority;
  private final InstantSource clock;

  /** What came of it. */
  public sealed interface Verdict {
    String evidenceDigest();

    /** It would be accepted now: this is what holds of it from now on. */
    record Stands(NodeResult result, AttestationSummary summary) implements Verdict {
      @Override
      public String evidenceDigest() {
        return result.evidenceDigest();
      }
    }

    /**
     * It would not.
     *
     * @param reason names node, policy and the check that failed; printable, at most 256 characters
     */
    record Falls(String evidenceDigest, String reason) implements Verdict {}
  }

  public Reappraisal(RegionAuthority authority, InstantSource clock) {
    this.authority = authority;
    this.clock = clock;
  }

  /** Judges some, in order. */
  public List<Verdict> judge(List<Certified> some, Trust trust) {
    return some.stream().map(one -> judge(one, trust)).toList();
  }

  /** What is to be said of those that could not even be tried. */
  public static List<Verdict> unjudged(List<Certified> some, Trust trust) {
    return some.stream().map(one -> falls(one, trust, UNJUDGED)).toList();
  }

  private Verdict judge(Certified one, Trust trust) {
    Instant now = clock.instant();
    try {
      return switch (trust.appraiser().reappraise(one.transcript(), now)) {
        case Appraisal.Accepted(var result) -> stands(one, result);
        case Appraisal.Refused(var refusal, var checks) ->
            falls(one, trust, failed(checks) + ": " + refusal.message());
      };
    } catch (RuntimeException broken) {
      LOG.log(Level.ERROR, "evidence of " + one.node() + " could not be judged", broken);
      return falls(one, trust, UNJUDGED);
    }
  }

  private static String failed(List<Check> checks) {
    return checks.stream().filter(check -> !check.passed()).findFirst().orElseThrow().name();
  }

  private Verdict stands(Certified one, AttestationResult result) {
    AttestationSummary summary = RegionAuthority.summaryOf(result);
    return new Verdict.Stands(
        new NodeResult(
            one.node(),
            result.technology(),
            result.policy(),
            one.issuedUnder(),
            one.evidenceDigest(),
            result.measurements(),
            result.expiresAt(),
            one.transcript().certifiedUntil(),
            authority.token(
                result, authority.nodeOf(one.binding().claims()), one.binding().key().digest())),
        summary);
  }

  private static Verdict falls(Certified one, Trust trust, String why) {
    String reason = one.node() + " under " + trust.policy() + ": " + why;
    String printable = reason.replaceAll("\\p{Cntrl}", " ");
    return new Verdict.Falls(
        one.evidenceDigest(),
        printable.substring(0, Math.min(printable.length(), MOST_REASON_CHARS)));
  }
}
