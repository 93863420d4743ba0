package dev.hanse.attestation.azure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import dev.hanse.attestation.policy.Rules;
import dev.hanse.attestation.snp.SnpVerifier;
import dev.hanse.attestation.tdx.TdxVerifier;
import dev.hanse.attestation.tpm.Pcr;
import dev.hanse.attestation.tpm.TpmEvidence;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.attestation.tpm.TpmRules;
import dev.hanse.attestation.vectors.Judge;
import dev.hanse.attestation.vectors.Vector;
import dev.hanse.attestation.vectors.Verdict;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.Certificates;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Runs captures of Azure's confidential virtual machines, in the JSON of their agents, against the
 * vendors' own roots or the set's. A TDX capture that came without Intel's collateral has its
 * signatures followed and its TCB not judged.
 */
public final class AzureJudge implements Judge {
  private static final Bytes NONE = Bytes.copyOf(new byte[0]);

  @Override
  public String technology() {
    return "composite-azure-vtpm";
  }

  @Override
  public Verdict judge(Vector vector, boolean genuine) {
    try {
      JsonNode capture =
          new ObjectMapper().readTree(vector.file("evidence").orElse(NONE).toArray());
      boolean tdx = capture.has("td_quote");
      Instant at = vector.time().orElse(Instant.MIN);
      Evidence evidence = body(capture).toEvidence(tdx ? List.of() : certificates(vector, capture));
      return switch (verifier(tdx, vector).verify(evidence, at)) {
        case Verification.Refused(Refusal.Rejected refusal) -> new Verdict.Rejected(refusal);
        case Verification.Refused(var other) ->
            throw new IllegalStateException("refused without a stage: " + other);
        case Verification.Verified(var claims) -> appraise(claims, vector, tdx, at);
      };
    } catch (Rejection rejection) {
      return new Verdict.Rejected(rejection.refusal());
    } catch (IOException | IllegalArgumentException unreadable) {
      return new Verdict.Rejected(
          new Refusal.Rejected(Stage.PARSE, Reason.STRUCTURE, "the capture cannot be read"));
    }
  }

  private static AzureVerifier verifier(boolean tdx, Vector vector) throws Rejection {
    Optional<Anchors> given = Optional.empty();
    if (vector.trustAnchor().isPresent()) {
      given = Optional.of(Anchors.of(Certificates.ofPem(vector.trustAnchor().get())));
    }
    if (!tdx) {
      return AzureVerifier.onSnp(
          new SnpVerifier(
              given.orElseGet(() -> Anchors.pinned(SnpVerifier.AMD_ROOTS)),
              () -> CollateralStore.EMPTY,
              SnpVerifier.Revocation.WHERE_KEPT));
    }
    Optional<Bytes> bundle = vector.file("collateral");
    TdxVerifier verifier =
        given
            .map(anchors -> new TdxVerifier(anchors, id -> bundle))
            .orElseGet(() -> TdxVerifier.ofIntel(id -> bundle));
    return bundle.isPresent()
        ? AzureVerifier.onTdx(verifier)
        : AzureVerifier.onTdxWithoutCollateral(verifier);
  }

  private static Verdict appraise(VerifiedClaims claims, Vector vector, boolean tdx, Instant at)
      throws Rejection {
    Rejection.unless(
        vector.hex("tpm_extra_data").equals(Optional.ofNullable(claims.bound().get(Bound.NONCE))),
        Stage.FRESHNESS,
        Reason.NONCE,
        "the quote was made for another exchange");
    CheckList first = new CheckList();
    AzureStatement statement = (AzureStatement) claims.statement();
    if (statement.tee().isPresent()) {
      Rules rules = tdx ? AzureRules.strictOnTdx() : AzureRules.strictOnSnp();
      rules.judge(claims, at, first);
    } else {
      TpmRules.strict().judge(statement.tpm(), at, first);
    }
    return Verdict.of(first);
  }

  private static AzureEvidence body(JsonNode capture) {
    JsonNode quote = capture.path("tpm_quote");
    Map<Pcr, Bytes> pcrs = new TreeMap<>();
    for (JsonNode value : quote.path("pcrs")) {
      pcrs.put(new Pcr(TpmHash.SHA256, pcrs.size()), Bytes.ofHex(value.asText()));
    }
    byte[] signature = Bytes.ofHex(quote.path("signature").asText("")).toArray();
    Bytes wrapped =
        Bytes.copyOf(
            ByteBuffer.allocate(6 + signature.length)
                .putShort((short) 0x0014)
                .putShort((short) TpmHash.SHA256.code())
                .putShort((short) signature.length)
                .put(signature)
                .array());
    return new AzureEvidence(
        base64(capture.path("hcl_report")),
        base64(capture.path("td_quote")),
        new TpmEvidence(
            Bytes.ofHex(quote.path("message").asText("")), wrapped, NONE, pcrs, Optional.empty()));
  }

  private static List<Bytes> certificates(Vector vector, JsonNode capture) {
    List<Bytes> certificates = new ArrayList<>();
    certificates.add(base64(capture.path("vcek")));
    vector.file("chain").ifPresent(certificates::add);
    return certificates;
  }

  private static Bytes base64(JsonNode text) {
    return Bytes.copyOf(
        Base64.getUrlDecoder().decode(text.asText("").replace('+', '-').replace('/', '_')));
  }
}
