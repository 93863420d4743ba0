package dev.hanse.attestation.snp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.policy.CheckList;
import dev.hanse.attestation.snp.SnpVerifier.Revocation;
import dev.hanse.attestation.vectors.Judge;
import dev.hanse.attestation.vectors.Vector;
import dev.hanse.attestation.vectors.Verdict;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.Certificates;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Runs the SEV-SNP vectors through {@link SnpVerifier} and {@link SnpRules}. Vectors that bring a
 * revocation list are verified as in production; for those without one, none is required, as the
 * sets hold no list of AMD's.
 */
public final class SnpJudge implements Judge {
  @Override
  public String technology() {
    return SnpVerifier.TECHNOLOGY;
  }

  @Override
  public Verdict judge(Vector vector, boolean genuine) {
    try {
      return vector.expect().equals("parse-ok-signature-bad")
          ? encodings(vector)
          : appraise(vector);
    } catch (Rejection rejection) {
      return new Verdict.Rejected(rejection.refusal());
    }
  }

  /** One chip's id in both encodings; certificates that stand alone and can be verified by none. */
  private static Verdict encodings(Vector vector) throws Rejection {
    Optional<Bytes> expected = vector.hex("hwid_raw");
    for (String role : List.of("raw", "octetstring")) {
      Bytes id =
          Vek.read(
                  Certificates.ofDer(vector.file(role).orElse(Bytes.copyOf(new byte[0]))),
                  SigningKey.VCEK,
                  Product.MILAN)
              .hardwareId();
      Rejection.unless(
          Optional.of(id).equals(expected),
          Stage.ENDORSEMENT,
          Reason.CHIP_ID_MISMATCH,
          "the " + role + " encoding holds " + id.hex());
    }
    return new Verdict.Matched("parse-ok-signature-bad");
  }

  private static Verdict appraise(Vector vector) throws Rejection {
    Bytes none = Bytes.copyOf(new byte[0]);
    Bytes vek = vector.file("vek").orElse(none);
    Bytes chain = vector.file("chain").orElse(none);
    Evidence evidence =
        new Evidence(
            SnpVerifier.TECHNOLOGY, vector.file("report").orElse(none), List.of(vek, chain));
    Instant at = vector.time().orElse(Instant.MIN);
    return switch (verifier(vector).verify(evidence, at)) {
      case Verification.Refused(Refusal.Rejected refusal) -> new Verdict.Rejected(refusal);
      case Verification.Refused(var other) ->
          throw new IllegalStateException("refused without a stage: " + other);
      case Verification.Verified(var claims) -> judge(claims, vector, at);
    };
  }

  private static SnpVerifier verifier(Vector vector) throws Rejection {
    Anchors anchors =
        vector.trustAnchor().isPresent()
            ? Anchors.of(Certificates.ofPem(vector.trustAnchor().get()))
            : Anchors.pinned(SnpVerifier.AMD_ROOTS);
    Optional<Bytes> crl = vector.file("crl");
    Map<CollateralStore.Id, Bytes> kept = new HashMap<>();
    for (Product product : Product.values()) {
      crl.ifPresent(list ->
          kept.put(new CollateralStore.Id(SnpVerifier.CRL_KIND, product.vendorName()), list));
    }
    CollateralStore store = CollateralStore.of(kept);
    return new SnpVerifier(
        anchors, () -> store, crl.isPresent() ? Revocation.REQUIRED : Revocation.WHERE_KEPT);
  }

  private static Verdict judge(VerifiedClaims claims, Vector vector, Instant at) throws Rejection {
    Optional<Bytes> expected = vector.hex("report_data");
    Rejection.unless(
        expected.equals(Optional.ofNullable(claims.bound().get(Bound.REPORT_DATA))),
        Stage.FRESHNESS,
        Reason.REPORT_DATA_MISMATCH,
        "the report was made for another exchange");
    CheckList checks = new CheckList();
    rules(vector).judge(claims, at, checks);
    return Verdict.of(checks);
  }

  /** The strict profile, with what the manifest gives: only that is compared. */
  static SnpRules rules(Vector vector) {
    GuestRules strict = GuestRules.strict();
    GuestRules guest =
        new GuestRules(
            reference(vector, "measurement"),
            reference(vector, "host_data"),
            reference(vector, "id_key_digest"),
            strict.authorKeyDigests(),
            strict.vmpls(),
            strict.forbiddenPolicy(),
            strict.requiredPolicy(),
            strict.minimumSvn());
    Tcb reported = tcb(vector.params().path("min_tcb"));
    Tcb committed = tcb(vector.params().path("min_committed_tcb"));
    boolean floored = !reported.equals(Tcb.ZERO) || !committed.equals(Tcb.ZERO);
    MachineRules machine =
        new MachineRules(
            MachineRules.LOWEST_VERSION,
            Set.of(),
            Set.of(),
            false,
            vector.params().path("allow_vlek").asBoolean(false),
            Set.of(),
            Set.of(),
            Set.of(),
            floored
                ? List.of(new TcbFloor(Product.MILAN, reported, committed, Tcb.ZERO, Instant.MIN))
                : List.of());
    return new SnpRules(guest, machine);
  }

  private static Set<Bytes> reference(Vector vector, String field) {
    return vector
        .hex("reference_" + field)
        .or(() -> vector.hex(field))
        .map(Set::of)
        .orElseGet(Set::of);
  }

  private static Tcb tcb(JsonNode levels) {
    return Tcb.of(
        levels.path("bl").asInt(0),
        levels.path("tee").asInt(0),
        levels.path("snp").asInt(0),
        levels.path("ucode").asInt(0));
  }
}
