package dev.hanse.cli.evidence;

import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.Verifier;
import dev.hanse.attestation.policy.Check;
import dev.hanse.attestation.policy.CheckList;
import dev.hanse.attestation.policy.Rules;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Examines evidence outside any exchange: what a control plane would check, except that it need not
 * be bound to a nonce and key unless the caller knows them.
 *
 * @param rules by technology
 * @param reportData the 64 bytes of the exchange it must belong to
 */
record Examination(
    Map<String, Verifier> verifiers,
    Map<String, Rules> rules,
    Optional<Bytes> reportData,
    List<String> remarks) {
  EvidenceReport examine(Evidence evidence, Instant at) {
    Verifier verifier = verifiers.get(evidence.technology());
    if (verifier == null) {
      return report(
          evidence,
          "none",
          at,
          Map.of(),
          List.of(new Check("technology", false, "")),
          Optional.of(new Refusal.TechnologyNotAllowed(evidence.technology(), verifiers.keySet())));
    }
    return switch (verifier.verify(evidence, at)) {
      case Verification.Refused(var refusal) ->
          report(
              evidence,
              "none",
              at,
              Map.of(),
              List.of(new Check(stage(refusal), false, refusal.message())),
              Optional.of(refusal));
      case Verification.Verified(var claims) -> judge(verifier, claims, evidence, at);
    };
  }

  private EvidenceReport judge(
      Verifier verifier, VerifiedClaims claims, Evidence evidence, Instant at) {
    CheckList made = new CheckList();
    made.passed("signature");
    reportData.ifPresent(expected ->
        verifier
            .bindings(expected)
            .forEach((field, bytes) ->
                made.check(
                    word(field.name()),
                    bytes.equals(claims.bound().get(field)),
                    Stage.FRESHNESS,
                    field.mismatch(),
                    "it was made for another exchange")));
    Rules judging = rules.get(claims.technology());
    if (judging == null) {
      made.check("rules", false, Reason.LEVEL, "the policy does not allow " + claims.technology());
    } else {
      judging.judge(claims, at, made);
    }
    List<String> notes = new ArrayList<>(remarks);
    if (reportData.isEmpty()) {
      notes.add(
          "for which exchange it was made was not asked (--report-data); it carries "
              + bound(claims.bound()));
    }
    claims.producedAt().ifPresent(when -> notes.add("made at " + when + " by its own word"));
    if (!claims.endorsedUntil().equals(Instant.MAX)) {
      notes.add("what it rests on holds until " + claims.endorsedUntil());
    }
    return new EvidenceReport(
        claims.technology(),
        claims.level().name(),
        evidence.digest(),
        at,
        claims.statement().facts(),
        made.checks(),
        made.firstRefusal(),
        notes);
  }

  private static String bound(Map<Bound, Bytes> bound) {
    List<String> fields = new ArrayList<>();
    bound.forEach((field, bytes) -> fields.add(word(field.name()) + " " + bytes.hex()));
    return fields.isEmpty() ? "nothing" : String.join(", ", fields);
  }

  private EvidenceReport report(
      Evidence evidence,
      String level,
      Instant at,
      Map<String, String> facts,
      List<Check> checks,
      Optional<Refusal> refusal) {
    String technology = evidence.technology();
    return new EvidenceReport(
        technology.length() > 64 ? technology.substring(0, 64) : technology,
        level,
        evidence.digest(),
        at,
        facts,
        checks,
        refusal,
        remarks);
  }

  private static String stage(Refusal refusal) {
    return refusal instanceof Refusal.Rejected rejected
        ? word(rejected.stage().name())
        : "signature";
  }

  private static String word(String constant) {
    return constant.toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
