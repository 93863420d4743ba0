package dev.hanse.attestation.tpm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.policy.CheckList;
import dev.hanse.attestation.tpm.activation.KnownAnswer;
import dev.hanse.attestation.tpm.eventlog.EventLog;
import dev.hanse.attestation.vectors.Judge;
import dev.hanse.attestation.vectors.Vector;
import dev.hanse.attestation.vectors.Verdict;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Runs the TPM vectors: quotes through {@link TpmVerifier} and {@link TpmRules}, logs through the
 * parser and its replay, and the known answer of MakeCredential.
 */
public final class TpmJudge implements Judge {
  private static final Bytes NONE = Bytes.copyOf(new byte[0]);

  @Override
  public String technology() {
    return TpmVerifier.TECHNOLOGY;
  }

  @Override
  public Verdict judge(Vector vector, boolean genuine) {
    try {
      if (vector.file("kat").isPresent()) {
        return known(vector.file("kat").get());
      }
      if (vector.file("evidence").isPresent()) {
        return keyless(vector.file("evidence").get());
      }
      return vector.file("attest").isPresent()
          ? quote(vector)
          : replay(vector, vector.file("eventlog").orElse(NONE));
    } catch (Rejection rejection) {
      return new Verdict.Rejected(rejection.refusal());
    }
  }

  private static Verdict quote(Vector vector) throws Rejection {
    Bytes ak = vector.file("ak").orElse(NONE);
    Instant at = vector.time().orElse(Instant.MIN);
    TpmEvidence evidence =
        new TpmEvidence(
            vector.file("attest").orElse(NONE),
            vector.file("signature").orElse(NONE),
            ak,
            pcrs(vector.file("pcrs").orElse(NONE)),
            vector.file("eventlog"));
    TpmVerifier verifier = new TpmVerifier(enrolled(vector, ak));
    return switch (verifier.verify(evidence.toEvidence(), at)) {
      case Verification.Refused(Refusal.Rejected refusal) -> new Verdict.Rejected(refusal);
      case Verification.Refused(var other) ->
          throw new IllegalStateException("refused without a stage: " + other);
      case Verification.Verified(var claims) -> appraise(claims, vector, at);
    };
  }

  /** The manifest says of each quote in words whether its key is an enrolled one. */
  private static AttestationKeys enrolled(Vector vector, Bytes ak) throws Rejection {
    return vector.anchorNote().startsWith("key offered")
        ? AttestationKeys.pinned(Set.of())
        : AttestationKeys.pinned(Set.of(TpmPublic.read(ak).name()));
  }

  private static Verdict appraise(VerifiedClaims claims, Vector vector, Instant at)
      throws Rejection {
    Rejection.unless(
        vector.hex("qualifying_data").equals(Optional.ofNullable(claims.bound().get(Bound.NONCE))),
        Stage.FRESHNESS,
        Reason.NONCE,
        "the quote was made for another exchange");
    CheckList first = new CheckList();
    rules(vector, ((TpmStatement) claims.statement()).quote().counters()).judge(claims, at, first);
    return Verdict.of(first);
  }

  private static TpmRules rules(Vector vector, Counters quoted) {
    JsonNode params = vector.params();
    Set<Integer> required = new HashSet<>();
    params.path("required_pcrs").path("sha256").forEach(index -> required.add(index.asInt()));
    Map<Integer, Set<Bytes>> reference = new HashMap<>();
    params
        .path("reference_pcrs")
        .properties()
        .forEach(entry ->
            reference.put(
                Integer.parseInt(entry.getKey()), Set.of(Bytes.ofHex(entry.getValue().asText()))));
    TpmRules rules = TpmRules.strict().withPcrs(new PcrRules(TpmHash.SHA256, required, reference));
    if (params.path("require_secure_boot").asBoolean(false)) {
      rules = rules.withLog(new EventLogRules(true, true, rules.log().unlogged()));
    }
    if (params.has("expected_reset_count") || params.has("last_clock")) {
      Counters last =
          new Counters(
              params.path("last_clock").asLong(0),
              params.path("expected_reset_count").asLong(quoted.resetCount()),
              0,
              true);
      rules = rules.withCounters(new CounterRules(new Said(last), true));
    }
    return rules;
  }

  /** A history that a vector gives. */
  private record Said(Counters counters) implements CounterHistory {
    @Override
    public Optional<Counters> last(KnownKey key, Instant before) {
      return Optional.of(counters);
    }

    @Override
    public void accepted(KnownKey key, Counters accepted, Instant at) {}
  }

  /** A quote whose key came without its public area: verified as far as that goes. */
  private static Verdict keyless(Bytes json) throws Rejection {
    JsonNode evidence = tree(json);
    JsonNode quote = evidence.path("tpm_quote");
    Bytes attest = base64(quote.path("message"));
    TpmKey key = rsa(base64(evidence.path("ak_public")));
    QuoteSignature signature =
        QuoteSignature.read(base64(quote.path("signature")), key, Optional.empty());
    signature.requireOver(attest, key, TpmHash.SHA256);
    Map<Pcr, Bytes> pcrs = new HashMap<>();
    for (JsonNode value : quote.path("pcrs")) {
      pcrs.put(new Pcr(TpmHash.SHA256, pcrs.size()), Bytes.ofHex(value.asText()));
    }
    Quote.read(attest).requireValues(pcrs, signature.hash());
    return new Verdict.CryptoOk(
        new Refusal.Rejected(
            Stage.ENDORSEMENT, Reason.AK_UNKNOWN, "nothing shows that the key lives in a TPM"));
  }

  private static Verdict replay(Vector vector, Bytes content) throws Rejection {
    EventLog log = EventLog.read(content);
    JsonNode params = vector.params();
    TpmHash bank = log.agile() ? TpmHash.SHA256 : TpmHash.SHA1;
    String called = log.agile() ? bank.bank() : "sha1-legacy";
    Map<Integer, Bytes> expected = new HashMap<>();
    params
        .path("replayed_pcrs")
        .properties()
        .forEach(entry ->
            expected.put(Integer.parseInt(entry.getKey()), Bytes.ofHex(entry.getValue().asText())));
    Rejection.unless(
        params.path("bank").asText("").equals(called)
            && params.path("events").asInt(-1) == log.events().size()
            && expected.equals(log.replay(bank)),
        Stage.POLICY,
        Reason.REPLAY,
        log.events().size() + " events of " + called + " give " + log.replay(bank));
    return new Verdict.Matched("replay");
  }

  private static Verdict known(Bytes json) throws Rejection {
    Optional<String> difference = new KnownAnswer(tree(json)).firstDifference();
    Rejection.unless(
        difference.isEmpty(), Stage.CRYPTO, Reason.ACTIVATION, "differs in " + difference);
    return new Verdict.Matched("match");
  }

  private static Map<Pcr, Bytes> pcrs(Bytes json) throws Rejection {
    Map<Pcr, Bytes> pcrs = new HashMap<>();
    for (TpmHash bank : TpmHash.values()) {
      tree(json)
          .path(bank.bank())
          .properties()
          .forEach(entry ->
              pcrs.put(
                  new Pcr(bank, Integer.parseInt(entry.getKey())),
                  Bytes.ofHex(entry.getValue().asText())));
    }
    return pcrs;
  }

  private static TpmKey rsa(Bytes spki) throws Rejection {
    try {
      RSAPublicKey key =
          (RSAPublicKey)
              KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(spki.toArray()));
      BigInteger exponent = key.getPublicExponent();
      return TpmKey.Rsa.of(key.getModulus(), exponent);
    } catch (GeneralSecurityException unreadable) {
      throw new Rejection(Stage.PARSE, Reason.KEY, "the key is not one of RSA");
    }
  }

  private static Bytes base64(JsonNode text) {
    return Bytes.copyOf(
        Base64.getDecoder().decode(text.asText("").replace('-', '+').replace('_', '/')));
  }

  private static JsonNode tree(Bytes json) throws Rejection {
    try {
      return new ObjectMapper().readTree(json.toArray());
    } catch (IOException unreadable) {
      throw new Rejection(Stage.PARSE, Reason.STRUCTURE, "a vector's JSON cannot be read");
    }
  }
}
