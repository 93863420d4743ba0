package dev.hanse.attestation.policy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.Verifier;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Evidence in, result or refusal out: technology allowed → verified → bound to this exchange →
 * fresh. Fails closed: what no check accepted is refused. CPU work of about a millisecond; any
 * thread, no I/O.
 */
public final class Appraiser {
  private final Map<String, Verifier> verifiers = new HashMap<>();
  private final AppraisalPolicy policy;

  public Appraiser(List<Verifier> verifiers, AppraisalPolicy policy) {
    for (Verifier verifier : verifiers) {
      if (this.verifiers.put(verifier.technology(), verifier) != null) {
        throw new IllegalArgumentException("two verifiers for " + verifier.technology());
      }
    }
    this.policy = policy;
  }

  /**
   * Appraises evidence.
   *
   * @param expectedReportData what the evidence must have signed: {@code ReportData} of this
   *     exchange's nonce, key and claims
   */
  public Appraisal appraise(Evidence evidence, Bytes expectedReportData, Instant at) {
    Ledger ledger = new Ledger();
    Verifier verifier = verifiers.get(evidence.technology());
    if (verifier == null || !policy.technologies().contains(evidence.technology())) {
      return ledger.refused(
          "technology", new Refusal.TechnologyNotAllowed(evidence.technology(), allowed()));
    }
    ledger.passed("technology");
    return switch (verifier.verify(evidence, at)) {
      case Verification.Refused(var refusal) -> ledger.refused("signature", refusal);
      case Verification.Verified(var claims) -> {
        ledger.passed("signature");
        yield judge(claims, expectedReportData, at, ledger);
      }
    };
  }

  private Appraisal judge(
      VerifiedClaims claims, Bytes expectedReportData, Instant at, Ledger ledger) {
    ledger.check(
        "report-data",
        claims.reportData().equals(expectedReportData),
        new Refusal.ReportDataMismatch());
    Duration age = Duration.between(claims.producedAt(), at);
    ledger.check(
        "age",
        age.compareTo(policy.maxAge()) <= 0,
        new Refusal.EvidenceExpired(age, policy.maxAge()));
    ledger.check(
        "clock",
        age.negated().compareTo(policy.clockSkew()) <= 0,
        new Refusal.EvidenceFromFuture(age.negated()));
    ledger.check(
        "endorsements",
        at.isBefore(claims.endorsedUntil()),
        new Refusal.EvidenceExpired(age, policy.maxAge()));
    Optional<Refusal> refusal = ledger.firstRefusal();
    if (refusal.isPresent()) {
      return new Appraisal.Refused(refusal.get(), ledger.checks());
    }
    Instant expiresAt = at.plus(policy.resultLife());
    if (claims.endorsedUntil().isBefore(expiresAt)) {
      expiresAt = claims.endorsedUntil();
    }
    return new Appraisal.Accepted(
        new AttestationResult(claims, policy, ledger.checks(), at, expiresAt));
  }

  private Set<String> allowed() {
    Set<String> both = new TreeSet<>(policy.technologies());
    both.retainAll(verifiers.keySet());
    return both;
  }

  /** The checks of one appraisal, in order. */
  private static final class Ledger {
    private final List<Check> checks = new ArrayList<>();
    private Optional<Refusal> first = Optional.empty();

    void passed(String name) {
      checks.add(new Check(name, true));
    }

    void check(String name, boolean holds, Refusal otherwise) {
      checks.add(new Check(name, holds));
      if (!holds && first.isEmpty()) {
        first = Optional.of(otherwise);
      }
    }

    Appraisal refused(String name, Refusal refusal) {
      check(name, false, refusal);
      return new Appraisal.Refused(refusal, checks);
    }

    Optional<Refusal> firstRefusal() {
      return first;
    }

    List<Check> checks() {
      return checks;
    }
  }
}
