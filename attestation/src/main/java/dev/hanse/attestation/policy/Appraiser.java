package dev.hanse.attestation.policy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
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
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Evidence in, result or refusal out: technology allowed → verified → bound to this exchange →
 * fresh → as its technology's rules want it. Fails closed: what no check accepted is refused. CPU
 * work of about a millisecond a part; any thread, no I/O.
 *
 * <p>Evidence may have several parts: an environment first, then the GPUs in it. Each must be bound
 * to the same exchange, none may stand for two, and the whole is worth what its worst part is.
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

  public AppraisalPolicy policy() {
    return policy;
  }

  /**
   * Appraises evidence of one part.
   *
   * @param expectedReportData what the evidence must have signed: {@code ReportData} of this
   *     exchange's nonce, key and claims
   */
  public Appraisal appraise(Evidence evidence, Bytes expectedReportData, Instant at) {
    return appraise(List.of(evidence), expectedReportData, at);
  }

  /**
   * Appraises evidence of several parts.
   *
   * @param parts the environment first, then each GPU
   */
  public Appraisal appraise(List<Evidence> parts, Bytes expectedReportData, Instant at) {
    return appraise(
        new Transcript(parts, expectedReportData, at, Instant.MAX), at, new CheckList());
  }

  /**
   * Appraises anew what was accepted before, by this appraiser's policy and the collateral of now.
   *
   * <p>Ages are judged as of the time it was accepted: it was fresh then, and its nonce is not
   * asked for again. Everything else is judged as of now, so what has expired or been revoked since
   * fails; so does a result that would have ended already under this policy's result life.
   */
  public Appraisal reappraise(Transcript transcript, Instant now) {
    CheckList checks = new CheckList();
    Duration since = Duration.between(transcript.appraisedAt(), now);
    checks.check(
        "life",
        since.compareTo(policy.resultLife()) < 0,
        new Refusal.EvidenceExpired(since, policy.resultLife()));
    return appraise(transcript, now, checks);
  }

  private Appraisal appraise(Transcript transcript, Instant now, CheckList checks) {
    List<Evidence> parts = transcript.parts();
    if (!isComposed(parts, checks)) {
      return refused(checks);
    }
    List<AttestationResult.Part> proved = new ArrayList<>();
    List<VerifiedClaims> accepted = new ArrayList<>();
    Instant expiresAt =
        earlier(transcript.appraisedAt().plus(policy.resultLife()), transcript.certifiedUntil());
    for (int i = 0; i < parts.size(); i++) {
      checks.about(i == 0 ? "" : "gpu-" + (i - 1));
      Optional<VerifiedClaims> verified = verify(parts.get(i), now, checks);
      if (verified.isEmpty()) {
        return refused(checks);
      }
      VerifiedClaims claims = verified.get();
      judge(claims, transcript, now, checks);
      accepted.add(claims);
      proved.add(
          AttestationResult.Part.of(i == 0 ? claims.technology() : "gpu-" + (i - 1), claims));
      expiresAt = earlier(expiresAt, claims.endorsedUntil());
    }
    checks.about("");
    checkDistinct(proved, checks);
    if (checks.firstRefusal().isPresent()) {
      return refused(checks);
    }
    for (VerifiedClaims claims : accepted) {
      policy
          .rulesOf(claims.technology())
          .ifPresent(rules -> rules.accepted(claims, transcript.appraisedAt()));
    }
    return new Appraisal.Accepted(
        new AttestationResult(
            proved,
            transcript.reportData(),
            policy,
            checks.checks(),
            transcript.appraisedAt(),
            expiresAt));
  }

  private boolean isComposed(List<Evidence> parts, CheckList checks) {
    int gpus = parts.size() - 1;
    boolean one =
        !parts.isEmpty()
            && !parts.getFirst().technology().equals(Composition.GPU)
            && parts.stream().skip(1).allMatch(part -> part.technology().equals(Composition.GPU));
    checks.check(
        "composition",
        one,
        Reason.COMPOSITE,
        "evidence is one environment and then its GPUs: GPU evidence alone names no machine");
    if (one) {
      checks.check(
          "gpu-count",
          gpus >= policy.composition().minGpus() && gpus <= policy.composition().maxGpus(),
          Reason.GPU_COUNT,
          "policy wants "
              + policy.composition().minGpus()
              + " to "
              + policy.composition().maxGpus()
              + " GPUs, evidence has "
              + gpus);
    }
    return checks.firstRefusal().isEmpty();
  }

  private Optional<VerifiedClaims> verify(Evidence evidence, Instant at, CheckList checks) {
    Verifier verifier = verifiers.get(evidence.technology());
    boolean allowed = verifier != null && policy.technologies().contains(evidence.technology());
    checks.check(
        "technology", allowed, new Refusal.TechnologyNotAllowed(evidence.technology(), allowed()));
    if (!allowed || verifier == null) {
      return Optional.empty();
    }
    return switch (verifier.verify(evidence, at)) {
      case Verification.Refused(var refusal) -> {
        checks.check("signature", false, refusal);
        yield Optional.empty();
      }
      case Verification.Verified(var claims) -> {
        checks.passed("signature");
        yield Optional.of(claims);
      }
    };
  }

  private void judge(VerifiedClaims claims, Transcript transcript, Instant now, CheckList checks) {
    Verifier verifier = verifiers.get(claims.technology());
    if (verifier == null) {
      throw new IllegalStateException(claims.technology() + " was verified by nobody");
    }
    verifier
        .bindings(transcript.reportData())
        .forEach((field, expected) ->
            checks.check(
                field.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                expected.equals(claims.bound().get(field)),
                new Refusal.ReportDataMismatch()));
    claims
        .producedAt()
        .ifPresent(made -> judgeAge(Duration.between(made, transcript.appraisedAt()), checks));
    checks.check(
        "endorsements",
        now.isBefore(claims.endorsedUntil()),
        new Refusal.Rejected(
            Stage.ENDORSEMENT,
            Reason.CERT_EXPIRED,
            "what it rests on expired at " + claims.endorsedUntil()));
    Optional<Rules> rules = policy.rulesOf(claims.technology());
    if (rules.isPresent()) {
      rules.get().judge(claims, transcript.appraisedAt(), now, checks);
    } else {
      checks.check(
          "rules",
          claims.level() == Level.SIMULATED,
          Reason.LEVEL,
          "the policy allows " + claims.technology() + " and says nothing of what it must state");
    }
  }

  private void judgeAge(Duration age, CheckList checks) {
    checks.check(
        "age",
        age.compareTo(policy.maxAge()) <= 0,
        new Refusal.EvidenceExpired(age, policy.maxAge()));
    checks.check(
        "clock",
        age.negated().compareTo(policy.clockSkew()) <= 0,
        new Refusal.EvidenceFromFuture(age.negated()));
  }

  /** One GPU is not counted twice, whether by the same bytes or by its own name. */
  private static void checkDistinct(List<AttestationResult.Part> parts, CheckList checks) {
    if (parts.size() == 1) {
      return;
    }
    Set<Object> seen = new HashSet<>();
    boolean distinct = true;
    for (AttestationResult.Part part : parts) {
      distinct &= seen.add(part.evidenceDigest());
      String device = part.facts().get(DEVICE_FACT);
      distinct &= device == null || seen.add(device);
    }
    checks.check("distinct-parts", distinct, Reason.COMPOSITE, "one device stands for two parts");
  }

  private Set<String> allowed() {
    Set<String> both = new TreeSet<>(policy.technologies());
    both.retainAll(verifiers.keySet());
    return both;
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private static Appraisal refused(CheckList checks) {
    return new Appraisal.Refused(checks.firstRefusal().orElseThrow(), checks.checks());
  }

  /** Under which fact a device names itself. */
  public static final String DEVICE_FACT = "device";
}
