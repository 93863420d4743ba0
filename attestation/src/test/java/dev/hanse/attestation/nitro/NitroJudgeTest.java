package dev.hanse.attestation.nitro;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.vectors.Vector;
import dev.hanse.attestation.vectors.Verdict;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The exam itself: vectors of the forge's, with what their parameters ask for. */
class NitroJudgeTest {
  private static final NitroForge FORGE = new NitroForge();
  private static final NitroJudge JUDGE = new NitroJudge();
  private static final Bytes NONCE = NitroForge.filled(32, 9);
  private static final Bytes GOOD = FORGE.document(FORGE.with("nonce", Cbor.bytes(NONCE)));

  @Test
  void judgesNitroDocuments() {
    assertThat(JUDGE.technology()).isEqualTo("aws-nitro");
    assertThat(judged(params())).isEqualTo("accepted");
  }

  @Test
  void holdsNonceAndUserDataAgainstTheParameters() {
    assertThat(judged(params().put("nonce", NONCE.hex()))).isEqualTo("accepted");
    assertThat(judged(params().put("nonce", "00"))).isEqualTo("FRESHNESS NONCE");
    assertThat(judged(params().put("user_data", NitroForge.REPORT_DATA.hex())))
        .isEqualTo("accepted");
    assertThat(judged(params().put("user_data", NONCE.hex()))).isEqualTo("FRESHNESS BINDING");
  }

  @Test
  void holdsRegistersAgainstReferenceValuesOfEitherName() {
    for (String name : new String[] {"pcrs", "reference_pcrs"}) {
      ObjectNode right = params();
      right.putObject(name).put("0", "01".repeat(48)).put("2", "03".repeat(48));
      assertThat(judged(right)).isEqualTo("accepted");
      ObjectNode wrong = params();
      wrong.putObject(name).put("0", "01".repeat(48)).put("2", "04".repeat(48));
      assertThat(judged(wrong)).isEqualTo("POLICY MEASUREMENT");
    }
  }

  @Test
  void takesDocumentsFrom30SecondsAheadToTheAgeAllowed() {
    assertThat(judged(params(), NitroForge.MADE.minusSeconds(30))).isEqualTo("accepted");
    assertThat(judged(params(), NitroForge.MADE.minusSeconds(31))).isEqualTo("FRESHNESS FUTURE");
    assertThat(judged(params(), NitroForge.MADE.plusSeconds(7000))).isEqualTo("accepted");
    JsonNode minute = params().put("max_age_s", 60);
    assertThat(judged(minute, NitroForge.MADE.plusSeconds(60))).isEqualTo("accepted");
    assertThat(judged(minute, NitroForge.MADE.plusSeconds(61))).isEqualTo("FRESHNESS STALE");
  }

  @Test
  void refusesWhatTheVerifierRefuses() {
    assertThat(judged(vector(Map.of(), anchor(), params(), NitroForge.NOW), false))
        .isEqualTo("PARSE LENGTH");
    assertThat(judged(vector(files(GOOD), Optional.empty(), params(), NitroForge.NOW), false))
        .isEqualTo("CRYPTO UNTRUSTED_ROOT");
    Bytes huge = NitroForge.filled(Evidence.BODY_LIMIT_BYTES + 1, 0);
    assertThat(judged(vector(files(huge), anchor(), params(), NitroForge.NOW), false))
        .isEqualTo("PARSE LENGTH");
  }

  /** Whatever anchor a manifest names. */
  @Test
  void holdsGenuineDocumentsAgainstAmazonsRoot() {
    assertThat(judged(vector(files(GOOD), anchor(), params(), NitroForge.NOW), true))
        .isEqualTo("CRYPTO UNTRUSTED_ROOT");
  }

  @Test
  void refusesAVectorWithoutATime() {
    Vector timeless =
        new Vector("v", files(GOOD), anchor(), "", Optional.empty(), "any", "-", "OK", params());

    assertThat(judged(timeless, false)).isEqualTo("CRYPTO CERT_NOT_YET_VALID");
  }

  private static ObjectNode params() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static Map<String, Bytes> files(Bytes document) {
    return Map.of("doc", document);
  }

  private static Optional<Bytes> anchor() {
    return Optional.of(FORGE.root.der());
  }

  private static Vector vector(
      Map<String, Bytes> files, Optional<Bytes> anchor, JsonNode params, Instant at) {
    return new Vector("v", files, anchor, "", Optional.of(at), "any", "-", "OK", params);
  }

  private static String judged(JsonNode params) {
    return judged(params, NitroForge.NOW);
  }

  private static String judged(JsonNode params, Instant at) {
    return judged(vector(files(GOOD), anchor(), params, at), false);
  }

  private static String judged(Vector vector, boolean genuine) {
    return switch (JUDGE.judge(vector, genuine)) {
      case Verdict.Accepted _ -> "accepted";
      case Verdict.Rejected(var refusal) -> refusal.stage() + " " + refusal.reason();
      case Verdict.CryptoOk(var refusal) -> "crypto-ok " + refusal.reason();
      case Verdict.Matched(var outcome) -> outcome;
    };
  }
}
