package dev.hanse.attestation.tdx;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.vectors.Judge;
import dev.hanse.attestation.vectors.Vector;
import dev.hanse.attestation.vectors.Verdict;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.Certificates;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Runs sets of TDX quotes through the verifier and the rules of production. */
public final class TdxJudge implements Judge {
  private static final List<TdxField> RTMRS =
      List.of(TdxField.RTMR0, TdxField.RTMR1, TdxField.RTMR2, TdxField.RTMR3);

  @Override
  public String technology() {
    return TdxVerifier.TECHNOLOGY;
  }

  @Override
  public Verdict judge(Vector vector, boolean genuine) {
    Entry entry;
    try {
      entry = Entry.of(vector, genuine);
    } catch (IllegalArgumentException lacking) {
      return new Verdict.Rejected(
          new Refusal.Rejected(
              Stage.PARSE,
              Reason.STRUCTURE,
              "the entry cannot be judged: " + lacking.getMessage()));
    }
    Appraiser appraiser = new Appraiser(List.of(entry.verifier()), policy(entry.rules()));
    return switch (appraiser.appraise(entry.evidence(), entry.reportData(), entry.at())) {
      case Appraisal.Accepted(var _) -> new Verdict.Accepted();
      case Appraisal.Refused(var refusal, var _) -> verdict(refusal);
    };
  }

  /** What is needed of a vector to judge it. */
  private record Entry(
      TdxVerifier verifier, TdxRules rules, Evidence evidence, Bytes reportData, Instant at) {
    /**
     * Reads a vector.
     *
     * @throws IllegalArgumentException naming what it lacks or what of it cannot be read
     */
    static Entry of(Vector vector, boolean genuine) {
      Optional<Bytes> bundle = vector.file("collateral");
      return new Entry(
          TdxJudge.verifier(vector, genuine, id -> bundle),
          TdxJudge.rules(vector.params()),
          new Evidence(
              TdxVerifier.TECHNOLOGY,
              there(vector.file("quote"), "quote"),
              vector.file("ccel").stream().toList()),
          there(vector.hex("report_data"), "report_data"),
          there(vector.time(), "time"));
    }

    private static <T> T there(Optional<T> part, String name) {
      return part.orElseThrow(() -> new IllegalArgumentException("it has no " + name));
    }
  }

  private static TdxVerifier verifier(Vector vector, boolean genuine, CollateralStore store) {
    if (genuine) {
      return TdxVerifier.ofIntel(store);
    }
    try {
      return new TdxVerifier(
          Anchors.of(Certificates.ofPem(Entry.there(vector.trustAnchor(), "trust_anchor"))), store);
    } catch (Rejection broken) {
      throw new IllegalArgumentException("its trust_anchor is broken", broken);
    }
  }

  private static AppraisalPolicy policy(TdxRules rules) {
    AppraisalPolicy open = AppraisalPolicy.allowing(Set.of(TdxVerifier.TECHNOLOGY));
    return new AppraisalPolicy(
        open.id(),
        open.version(),
        open.technologies(),
        List.of(rules),
        open.composition(),
        open.maxAge(),
        open.clockSkew(),
        open.resultLife());
  }

  private static TdxRules rules(JsonNode params) {
    TdxRules strict = TdxRules.strict();
    Set<TcbStatus> statuses = new HashSet<>();
    params.path("allowed_tcb_status").forEach(status -> statuses.add(status(status.asText())));
    Map<TdxField, Set<Bytes>> allowed = new EnumMap<>(TdxField.class);
    allow(allowed, TdxField.MRTD, params.path("reference_mrtd"));
    allow(allowed, TdxField.MRTD, params.path("mrtd"));
    for (int i = 0; i < RTMRS.size(); i++) {
      allow(allowed, RTMRS.get(i), params.path("rtmrs").path(i));
    }
    allow(allowed, TdxField.XFAM, params.path("xfam"));
    allow(allowed, TdxField.FMSPC, params.path("fmspc"));
    JsonNode floor = params.path("min_tcb_evaluation_data_number");
    return new TdxRules(
        statuses.isEmpty() ? strict.tcbStatuses() : statuses,
        strict.tcbGrace(),
        strict.refusedAdvisories(),
        floor.isInt() ? OptionalInt.of(floor.intValue()) : OptionalInt.empty(),
        allowed,
        strict.distrusted(),
        strict.permittedAttributes(),
        strict.requiredAttributes(),
        strict.requireEventLog(),
        strict.requireSecureBoot());
  }

  private static TcbStatus status(String published) {
    return TcbStatus.named(published)
        .orElseThrow(() -> new IllegalArgumentException("there is no TCB status " + published));
  }

  private static void allow(Map<TdxField, Set<Bytes>> allowed, TdxField field, JsonNode value) {
    if (value.isTextual()) {
      allowed.put(field, Set.of(Bytes.ofHex(value.textValue())));
    }
  }

  private static Verdict verdict(Refusal refusal) {
    return switch (refusal) {
      case Refusal.Rejected rejected when rejected.reason() == Reason.NO_COLLATERAL ->
          new Verdict.CryptoOk(rejected);
      case Refusal.Rejected rejected -> new Verdict.Rejected(rejected);
      case Refusal.ReportDataMismatch mismatch ->
          new Verdict.Rejected(
              new Refusal.Rejected(
                  Stage.FRESHNESS, Reason.REPORT_DATA_MISMATCH, mismatch.message()));
      default ->
          new Verdict.Rejected(
              new Refusal.Rejected(Stage.PARSE, Reason.STRUCTURE, refusal.message()));
    };
  }
}
