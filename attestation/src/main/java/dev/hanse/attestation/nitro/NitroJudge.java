package dev.hanse.attestation.nitro;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.policy.CheckList;
import dev.hanse.attestation.vectors.Judge;
import dev.hanse.attestation.vectors.Vector;
import dev.hanse.attestation.vectors.Verdict;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.Certificates;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Runs vectors of Nitro documents. Genuine ones against Amazon's root, whatever the manifest names;
 * nonce, user data and PCRs are compared where the parameters hold them.
 */
public final class NitroJudge implements Judge {
  private static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

  @Override
  public String technology() {
    return NitroVerifier.TECHNOLOGY;
  }

  @Override
  public Verdict judge(Vector vector, boolean genuine) {
    try {
      return judge(vector, genuine ? NitroVerifier.production() : verifier(vector));
    } catch (Rejection rejection) {
      return new Verdict.Rejected(rejection.refusal());
    }
  }

  private static NitroVerifier verifier(Vector vector) throws Rejection {
    Bytes root =
        vector
            .trustAnchor()
            .orElseThrow(() ->
                new Rejection(Stage.CRYPTO, Reason.UNTRUSTED_ROOT, "the vector has no anchor"));
    return new NitroVerifier(Anchors.of(Certificates.ofEither(root)));
  }

  private static Verdict judge(Vector vector, NitroVerifier verifier) throws Rejection {
    Instant at = vector.time().orElse(Instant.EPOCH);
    Bytes document = vector.file("doc").orElse(Bytes.copyOf(new byte[0]));
    Evidence evidence = new Evidence(NitroVerifier.TECHNOLOGY, document);
    VerifiedClaims claims =
        switch (verifier.verify(evidence, at)) {
          case Verification.Verified(var verified) -> verified;
          case Verification.Refused(Refusal.Rejected rejected) -> throw rejected(rejected);
          case Verification.Refused(var other) ->
              throw new Rejection(Stage.PARSE, Reason.STRUCTURE, other.message());
        };
    checkBound(vector.hex("nonce"), claims, Bound.NONCE);
    checkBound(vector.hex("user_data"), claims, Bound.USER_DATA);
    checkAge(claims.producedAt().orElse(Instant.MIN), at, vector.params().get("max_age_s"));
    CheckList failure = new CheckList();
    NitroRules.strict().withPcrs(pcrs(vector.params())).judge(claims, at, failure);
    return Verdict.of(failure);
  }

  private static Rejection rejected(Refusal.Rejected refusal) {
    return new Rejection(refusal.stage(), refusal.reason(), refusal.detail());
  }

  private static void checkBound(Optional<Bytes> expected, VerifiedClaims claims, Bound field)
      throws Rejection {
    if (expected.isPresent()) {
      Rejection.unless(
          expected.get().equals(claims.bound().get(field)),
          Stage.FRESHNESS,
          field.mismatch(),
          field + " is not what this exchange wants");
    }
  }

  private static void checkAge(Instant made, Instant at, JsonNode maxAgeSeconds) throws Rejection {
    Rejection.unless(
        !made.isAfter(at.plus(CLOCK_SKEW)),
        Stage.FRESHNESS,
        Reason.FUTURE,
        "the document is dated " + made + ", after " + at);
    if (maxAgeSeconds != null) {
      Rejection.unless(
          !made.isBefore(at.minusSeconds(maxAgeSeconds.asLong())),
          Stage.FRESHNESS,
          Reason.STALE,
          "the document is dated " + made + ", too long before " + at);
    }
  }

  /** Reference values of generated vectors; of captures, what is known to stand in them. */
  private static Map<Integer, Set<Bytes>> pcrs(JsonNode params) {
    Map<Integer, Set<Bytes>> pcrs = new TreeMap<>();
    for (String name : new String[] {"pcrs", "reference_pcrs"}) {
      for (Map.Entry<String, JsonNode> pcr : params.path(name).properties()) {
        pcrs.put(Integer.valueOf(pcr.getKey()), Set.of(Bytes.ofHex(pcr.getValue().asText())));
      }
    }
    return pcrs;
  }
}
