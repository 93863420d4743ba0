package dev.hanse.attestation.nvidia;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.vectors.Vector;
import dev.hanse.attestation.vectors.Verdict;
import dev.hanse.attestation.x509.Anchors;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The exam itself: vectors of the forge's, with what their parameters ask for. */
class NvidiaJudgeTest {
  private static final NvidiaForge FORGE = new NvidiaForge();
  private static final NvidiaForge STRANGER = new NvidiaForge();
  private static final NvidiaJudge JUDGE =
      new NvidiaJudge(
          Anchors.of(List.of(FORGE.root.certificate())),
          Anchors.of(List.of(FORGE.rims.root.certificate())));
  private static final Bytes VBIOS = FORGE.rims.signed(RimForge.vbios());
  private static final Map<String, Bytes> EVIDENCE =
      Map.of("evidence", FORGE.good(), "chain", pem(FORGE));

  /** Signatures hold, but there is nothing to compare the measurements with. */
  @Test
  void saysThatOnlySignaturesHoldWhereThereIsNoManifest() {
    assertThat(JUDGE.technology()).isEqualTo("nvidia-gpu");
    assertThat(judged(EVIDENCE, params())).isEqualTo("crypto-ok NO_RIM");
  }

  @Test
  void holdsMeasurementsAgainstTheVectorsManifest() {
    assertThat(judged(with("rim", VBIOS), params())).isEqualTo("accepted");
    Bytes other =
        FORGE.rims.signed(
            RimForge.document(
                "GH100", "96.00.AF.00.01", RimForge.resource(4, true, NvidiaForge.filled(48, 6))));
    assertThat(judged(with("rim", other), params())).isEqualTo("POLICY MEASUREMENT");
    Bytes strangers = STRANGER.rims.signed(RimForge.vbios());
    assertThat(judged(with("rim", strangers), params())).isEqualTo("ENDORSEMENT UNTRUSTED_ROOT");
  }

  @Test
  void holdsMeasurementsAgainstReferenceValuesAndThenAsksForNoManifest() {
    ObjectNode right = params();
    right.putObject("reference_measurements").put("0", "01".repeat(48)).put("7", "08".repeat(48));
    assertThat(judged(EVIDENCE, right)).isEqualTo("accepted");
    ObjectNode wrong = params();
    wrong.putObject("reference_measurements").put("0", "02".repeat(48));
    assertThat(judged(EVIDENCE, wrong)).isEqualTo("POLICY MEASUREMENT");
  }

  @Test
  void holdsTheNonceAgainstParametersOfEitherName() {
    for (String name : new String[] {"nonce", "request_nonce"}) {
      assertThat(judged(EVIDENCE, params().put(name, NvidiaForge.NONCE.hex())))
          .isEqualTo("crypto-ok NO_RIM");
      assertThat(judged(EVIDENCE, params().put(name, "00".repeat(32))))
          .isEqualTo("FRESHNESS NONCE");
    }
  }

  @Test
  void holdsVersionsAgainstTheParameters() {
    Map<String, Bytes> files = with("rim", VBIOS);

    assertThat(judged(files, params().put("driver_version", "570.86.10"))).isEqualTo("accepted");
    assertThat(judged(files, params().put("driver_version", "570.86.11")))
        .isEqualTo("POLICY DRIVER_VERSION");
    assertThat(judged(files, params().put("vbios_version", "96.00.AF.00.01")))
        .isEqualTo("accepted");
    assertThat(judged(files, params().put("vbios_version", "96.00.AF.00.02")))
        .isEqualTo("POLICY VBIOS_VERSION");
  }

  @Test
  void asksForTheFirmwareInTheReportWhereParametersTellOfANonceOrAFirmware() {
    Map<String, Bytes> silent =
        Map.of(
            "evidence", FORGE.report(NvidiaForge.without(20)),
            "chain", pem(FORGE),
            "rim", VBIOS);

    assertThat(judged(silent, params())).isEqualTo("accepted");
    assertThat(judged(silent, params().put("nonce", NvidiaForge.NONCE.hex())))
        .isEqualTo("POLICY FWID");
    assertThat(judged(silent, params().put("fwid", "f1"))).isEqualTo("POLICY FWID");
  }

  @Test
  void takesSwitches() {
    var leaf = FORGE.brom.issue(FORGE.hopperLeaf("LS_10 A01 FSP FMC LF"));
    Bytes report =
        NvidiaForge.signed(
            leaf,
            NvidiaForge.request(),
            NvidiaForge.response(
                8, NvidiaForge.blocks(), NvidiaForge.opaque(NvidiaForge.switchFields())));
    Bytes chain = pem(FORGE.chain(leaf, FORGE.brom, FORGE.provisioner, FORGE.identity, FORGE.root));

    assertThat(judged(Map.of("evidence", report, "chain", chain), params()))
        .isEqualTo("crypto-ok NO_RIM");
  }

  @Test
  void refusesWhatTheVerifierRefuses() {
    assertThat(judged(Map.of(), params())).isEqualTo("PARSE LENGTH");
    assertThat(judged(Map.of("evidence", FORGE.good()), params())).isEqualTo("PARSE STRUCTURE");
    Bytes huge = NvidiaForge.filled(Evidence.BODY_LIMIT_BYTES + 1, 0);
    assertThat(judged(with("evidence", huge), params())).isEqualTo("PARSE LENGTH");
    Vector noAnchor = vector(EVIDENCE, Optional.empty(), params(), List.of());
    assertThat(judged(noAnchor, false)).isEqualTo("CRYPTO UNTRUSTED_ROOT");
    Vector timeless =
        new Vector("v", EVIDENCE, anchor(), "", Optional.empty(), "any", "-", "OK", params());
    assertThat(judged(timeless, false)).isEqualTo("CRYPTO CERT_NOT_YET_VALID");
  }

  /** Whatever anchor a manifest names; what is generated goes by the anchor named. */
  @Test
  void holdsGenuineEvidenceAgainstTheVendorsRoot() {
    Map<String, Bytes> strangers = Map.of("evidence", STRANGER.good(), "chain", pem(STRANGER));
    Optional<Bytes> itsAnchor = Optional.of(STRANGER.root.der());
    Vector vector = vector(strangers, itsAnchor, params(), List.of());

    assertThat(judged(vector, false)).isEqualTo("crypto-ok NO_RIM");
    assertThat(judged(vector, true)).isEqualTo("CRYPTO UNTRUSTED_ROOT");
    assertThat(judged(vector(EVIDENCE, itsAnchor, params(), List.of()), true))
        .isEqualTo("crypto-ok NO_RIM");
    Vector nvidias = vector(EVIDENCE, anchor(), params(), List.of());
    assertThat(new NvidiaJudge().judge(nvidias, true)).isInstanceOf(Verdict.Rejected.class);
  }

  @Test
  void holdsAManifestAloneAgainstTheEvidenceOfItsSet() {
    Map<String, Bytes> rim = Map.of("rim", VBIOS);
    Map<String, Bytes> otherVbios =
        Map.of(
            "evidence", FORGE.report(NvidiaForge.with(6, NvidiaForge.filled(8, 1))),
            "chain", pem(FORGE));
    Map<String, Bytes> broken = Map.of("evidence", Bytes.ofHex("00"), "chain", pem(FORGE));

    assertThat(among(rim, List.of())).isEqualTo("accepted");
    assertThat(among(rim, List.of(rim, broken, otherVbios))).isEqualTo("accepted");
    assertThat(among(rim, List.of(broken, otherVbios, EVIDENCE))).isEqualTo("accepted");
    Map<String, Bytes> other =
        Map.of(
            "rim",
            FORGE.rims.signed(
                RimForge.document(
                    "GH100",
                    "96.00.AF.00.01",
                    RimForge.resource(4, true, NvidiaForge.filled(48, 6)))));
    assertThat(among(other, List.of(otherVbios))).isEqualTo("accepted");
    assertThat(among(other, List.of(otherVbios, EVIDENCE))).isEqualTo("POLICY MEASUREMENT");
    assertThat(among(Map.of("rim", Bytes.ofHex("00")), List.of()))
        .isEqualTo("ENDORSEMENT STRUCTURE");
  }

  /** A driver's manifest is never asked for as a VBIOS's. */
  @Test
  void findsEvidenceOfADriversManifestByTheDriversVersion() {
    assertThat(among(Map.of("rim", FORGE.rims.signed(RimForge.driver())), List.of(EVIDENCE)))
        .isEqualTo("ENDORSEMENT PRODUCT_MISMATCH");
  }

  private static ObjectNode params() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static Map<String, Bytes> with(String role, Bytes file) {
    Map<String, Bytes> files = new HashMap<>(EVIDENCE);
    files.put(role, file);
    return files;
  }

  private static Bytes pem(NvidiaForge forge) {
    return pem(forge.chain());
  }

  private static Bytes pem(List<Bytes> chain) {
    StringBuilder pem = new StringBuilder();
    for (Bytes der : chain) {
      pem.append("-----BEGIN CERTIFICATE-----\n")
          .append(Base64.getMimeEncoder().encodeToString(der.toArray()))
          .append("\n-----END CERTIFICATE-----\n");
    }
    return Bytes.copyOf(pem.toString().getBytes(StandardCharsets.US_ASCII));
  }

  private static Optional<Bytes> anchor() {
    return Optional.of(FORGE.root.der());
  }

  private static Vector vector(
      Map<String, Bytes> files,
      Optional<Bytes> anchor,
      JsonNode params,
      List<Map<String, Bytes>> neighbours) {
    Optional<Instant> at = Optional.of(NvidiaForge.NOW);
    return new Vector("v", files, anchor, "", at, "any", "-", "OK", params, neighbours);
  }

  private static String judged(Map<String, Bytes> files, JsonNode params) {
    return judged(vector(files, anchor(), params, List.of()), false);
  }

  private static String among(Map<String, Bytes> files, List<Map<String, Bytes>> neighbours) {
    return judged(vector(files, anchor(), params(), neighbours), true);
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
