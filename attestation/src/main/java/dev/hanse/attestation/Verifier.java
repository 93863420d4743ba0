package dev.hanse.attestation;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Checks evidence of one technology: parses bounded bytes and follows every signature to an anchor
 * given to its constructor, never one from the evidence. What its technology calls good beyond that
 * is policy, and judged later.
 *
 * <p>A verifier does no I/O, reads no clock, and is safe for use by many threads. Whatever the
 * bytes, it answers with a typed refusal: an exception out of {@link #verify} is a defect. It is a
 * class and not an interface so that only verifiers can make {@link VerifiedClaims}.
 */
public abstract class Verifier {
  private final String technology;
  private final Level level;

  protected Verifier(String technology, Level level) {
    this.technology = technology;
    this.level = level;
  }

  /** The registered name of what it verifies. */
  public final String technology() {
    return technology;
  }

  /** What its claims are worth at best. */
  public final Level level() {
    return level;
  }

  /**
   * Verifies evidence.
   *
   * @param at the time it is judged at: windows of certificates and collateral are held against it
   */
  public final Verification verify(Evidence evidence, Instant at) {
    if (!evidence.technology().equals(technology)) {
      return refused(new Refusal.EvidenceMalformed("it is not of technology " + technology));
    }
    if (evidence.body().size() > Evidence.BODY_LIMIT_BYTES) {
      return refused(
          new Refusal.Rejected(
              Stage.PARSE,
              Reason.LENGTH,
              "evidence body of " + evidence.body().size() + " bytes is over the limit"));
    }
    if (evidence.collateralBytes() > Evidence.COLLATERAL_LIMIT_BYTES) {
      return refused(
          new Refusal.Rejected(
              Stage.PARSE,
              Reason.LENGTH,
              "collateral of " + evidence.collateralBytes() + " bytes is over the limit"));
    }
    try {
      return examine(evidence, at);
    } catch (Rejection rejection) {
      return refused(rejection.refusal());
    }
  }

  /** Parses and checks; the sizes are within limits and the technology is this one. */
  protected abstract Verification examine(Evidence evidence, Instant at) throws Rejection;

  /**
   * What evidence must hold to belong to an exchange.
   *
   * @param reportData the 64 bytes of the exchange: {@code ReportData}
   */
  public Map<Bound, Bytes> bindings(Bytes reportData) {
    return Map.of(Bound.REPORT_DATA, reportData);
  }

  protected static Verification refused(Refusal refusal) {
    return new Verification.Refused(refusal);
  }

  /** Vouches for claims: called last, after every signature held. */
  protected final Verification verified(
      Evidence evidence,
      Map<Bound, Bytes> bound,
      Optional<Instant> producedAt,
      Instant endorsedUntil,
      Statement statement) {
    return new Verification.Verified(
        new VerifiedClaims(
            technology, level, evidence.digest(), bound, producedAt, endorsedUntil, statement));
  }
}
