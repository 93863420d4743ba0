package dev.hanse.attestation.policy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.Verifier;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
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
        yield judge(verifier, claims, expectedReportData, at, ledger);
      }
    };
  }

  private Appraisal judge(
      Verifier verifier,
      VerifiedClaims claims,
      Bytes expectedReportData,
      Instant at,
      Ledger ledger) {
    verifier
        .bindings(expectedReportData)
        .forEach((field, expected) ->
            ledger.check(
                field.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                expected.equals(claims.bound().get(field)),
                new Refusal.ReportDataMismatch()));
    claims.producedAt().ifPresent(made -> judgeAge(Duration.between(made, at), ledger));
    ledger.check(
        "endorsements",
        at.isBefore(claims.endorsedUntil()),
        new Refusal.Rejected(
            Stage.ENDORSEMENT,
            Reason.CERT_EXPIRED,
            "what it rests on expired at " + claims.endorsedUntil()));
    policy.rulesOf(claims.technology()).ifPresent(rules -> rules.judge(claims, at, ledger));
    Optional<Refusal> refusal = ledger.firstRefusal();
    if (refusal.isPresent()) {
      return new Appraisal.Refused(refusal.get(), ledger.checks());
    }
    Instant expiresAt = at.plus(policy.resultLife());
    if (claims.endorsedUntil().isBefore(expiresAt)) {
      expiresAt = claims.endorsedUntil();
    }
    return new Appraisal.Accepted(
        new AttestationResult(claims, expectedReportData, policy, ledger.checks(), at, expiresAt));
  }

  private void judgeAge(Duration age, Ledger ledger) {
    ledger.check(
        "age",
        age.compareTo(policy.maxAge()) <= 0,
        new Refusal.EvidenceExpired(age, policy.maxAge()));
    ledger.check(
        "clock",
        age.negated().compareTo(policy.clockSkew()) <= 0,
        new Refusal.EvidenceFromFuture(age.negated()));
  }

  private Set<String> allowed() {
    Set<String> both = new TreeSet<>(policy.technologies());
    both.retainAll(verifiers.keySet());
    return both;
  }

  /** The checks of one appraisal, in order. */
  private static final class Ledger implements Rules.Checks {
    private final List<Check> checks = new ArrayList<>();
    private Optional<Refusal> first = Optional.empty();

    void passed(String name) {
      checks.add(Check.passed(name));
    }

    void check(String name, boolean holds, Refusal otherwise) {
      checks.add(holds ? Check.passed(name) : new Check(name, false, otherwise.message()));
      if (!holds && first.isEmpty()) {
        first = Optional.of(otherwise);
      }
    }

    @Override
    public void check(String name, boolean holds, Reason otherwise, String detail) {
      check(name, holds, new Refusal.Rejected(Stage.POLICY, otherwise, detail));
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
