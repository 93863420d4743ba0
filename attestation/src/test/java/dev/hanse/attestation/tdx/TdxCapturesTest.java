package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.claims;
import static dev.hanse.attestation.tdx.Refusals.refused;
import static dev.hanse.attestation.tdx.Refusals.statement;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.hostile.Outcome;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.policy.Check;
import dev.hanse.attestation.policy.Composition;
import dev.hanse.attestation.vectors.SharedVectors;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.Certificates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Genuine quotes, spoiled; where they are. */
class TdxCapturesTest {
  private static final Instant V4_AT = Instant.parse("2025-07-01T00:00:00Z");
  private static final Instant V5_AT = Instant.parse("2026-03-25T00:00:00Z");
  private static final Instant COS_AT = Instant.parse("2025-01-01T00:00:00Z");
  private static final String V4 = "v4-b0c06f.quote.bin";
  private static final String V4_COLLATERAL = "b0c06f-2025-06.collateral.json";
  private static final String V5 = "v5-td15-90c06f.quote.bin";
  private static final String V5_COLLATERAL = "90c06f-2026-03.collateral.json";

  private final Path folder = SharedVectors.folder(TdxVerifier.TECHNOLOGY).resolve("real");

  @BeforeEach
  void needsTheCaptures() {
    assumeTrue(Files.isDirectory(folder), "genuine quotes are not here");
  }

  @Test
  void intelsRootIsTheOneThatIsPinned() throws IOException, Rejection {
    Bytes root = file("intel_sgx_root_ca.pem");

    assertThat(Anchors.fingerprint(Certificates.ofPem(root).getFirst())).isEqualTo(IntelPki.ROOT);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 03, PARSE, VERSION",
    "0, 06, PARSE, VERSION",
    "4, 80, PARSE, TEE_TYPE",
    "632, ffffffff, PARSE, LENGTH",
    "632, 00000080, PARSE, LENGTH",
    "632, 00000000, PARSE, LENGTH",
    "764, 05, PARSE, CERT_TYPE",
    "764, 07, PARSE, CERT_TYPE",
    "1218, ffff, PARSE, LENGTH"
  })
  void refusesAGenuineQuoteWithAnotherForm(int at, String hex, Stage stage, Reason reason)
      throws IOException {
    byte[] quote = file(V4).toArray();
    byte[] value = Bytes.ofHex(hex).toArray();
    System.arraycopy(value, 0, quote, at, value.length);

    refused(verify(Bytes.copyOf(quote), V4_COLLATERAL, V4_AT), stage, reason);
  }

  @ParameterizedTest
  @CsvSource({
    "48, SIGNATURE",
    "168, SIGNATURE",
    "184, SIGNATURE",
    "568, SIGNATURE",
    "636, SIGNATURE",
    "700, AK_BINDING",
    "834, QE_SIGNATURE",
    "898, QE_SIGNATURE",
    "1026, QE_SIGNATURE",
    "1090, QE_SIGNATURE",
    "1154, QE_SIGNATURE"
  })
  void refusesAGenuineQuoteWithOneBitFlipped(int at, Reason reason) throws IOException {
    byte[] quote = file(V4).toArray();
    quote[at] ^= 1;

    refused(verify(Bytes.copyOf(quote), V4_COLLATERAL, V4_AT), Stage.CRYPTO, reason);
  }

  @ParameterizedTest
  @CsvSource({"48, 0100, BODY_TYPE", "50, ffffffff, LENGTH", "50, 48020000, BODY_SIZE"})
  void refusesAGenuineQuoteOfVersion5WithAnotherBody(int at, String hex, Reason reason)
      throws IOException {
    byte[] quote = file(V5).toArray();
    byte[] value = Bytes.ofHex(hex).toArray();
    System.arraycopy(value, 0, quote, at, value.length);

    refused(verify(Bytes.copyOf(quote), V5_COLLATERAL, V5_AT), Stage.PARSE, reason);
  }

  @Test
  void refusesAGenuineQuoteUnderAnotherRoot() throws IOException {
    String quote = new String(file(V4).toArray(), StandardCharsets.ISO_8859_1);
    int third = quote.lastIndexOf("-----BEGIN");
    String ours = ForgedPki.pem(ForgedPki.make(new TdxForge().root));
    String rest = quote.substring(third);
    int end = rest.indexOf("-----END CERTIFICATE-----") + "-----END CERTIFICATE-----\n".length();
    String padded = ours + " ".repeat(end - ours.length());
    String swapped = quote.substring(0, third) + padded + rest.substring(end);

    refused(
        verify(Bytes.copyOf(swapped.getBytes(StandardCharsets.ISO_8859_1)), V4_COLLATERAL, V4_AT),
        Stage.CRYPTO,
        Reason.UNTRUSTED_ROOT);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void everyBitOfAGenuineQuotesHeaderAndBodyCounts(int version) throws IOException {
    byte[] quote = file(version == 4 ? V4 : V5).toArray();
    Instant at = version == 4 ? V4_AT : V5_AT;
    TdxVerifier verifier = verifier(file(version == 4 ? V4_COLLATERAL : V5_COLLATERAL));
    int bits = (version == 4 ? 632 : 702) * 8;
    claims(verifier.verify(TdxForge.evidence(Bytes.copyOf(quote)), at));
    int refused = 0;

    for (int bit = 0; bit < bits; bit++) {
      byte[] flipped = quote.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      refused +=
          verifier.verify(TdxForge.evidence(Bytes.copyOf(flipped)), at)
                  instanceof Verification.Refused
              ? 1
              : 0;
    }

    assertThat(refused).isEqualTo(bits);
  }

  @Test
  void refusesGenuineCollateralThatWasTouched() throws IOException {
    Map<String, String> fields = fields(V4_COLLATERAL);
    String info = fields.getOrDefault("tcb_info", "");

    changed(
        fields,
        "tcb_info",
        info.replaceFirst(",", ", "),
        Stage.COLLATERAL,
        Reason.TCBINFO_SIGNATURE);
    changed(
        fields,
        "tcb_info_signature",
        fields.getOrDefault("qe_identity_signature", ""),
        Stage.COLLATERAL,
        Reason.TCBINFO_SIGNATURE);
    changed(
        fields,
        "qe_identity_signature",
        fields.getOrDefault("tcb_info_signature", ""),
        Stage.COLLATERAL,
        Reason.QEID_SIGNATURE);
    changed(
        fields,
        "tcb_info_issuer_chain",
        fields.getOrDefault("pck_crl_issuer_chain", ""),
        Stage.COLLATERAL,
        Reason.TCBINFO_SIGNER);
    changed(
        fields,
        "qe_identity_issuer_chain",
        fields.getOrDefault("pck_crl_issuer_chain", ""),
        Stage.COLLATERAL,
        Reason.SIGNER);
    changed(
        fields,
        "root_ca_crl",
        fields.getOrDefault("pck_crl", ""),
        Stage.REVOCATION,
        Reason.CRL_ISSUER);
    changed(
        fields,
        "pck_crl",
        fields.getOrDefault("root_ca_crl", ""),
        Stage.REVOCATION,
        Reason.CRL_ISSUER);
    changed(fields, "pck_crl", "", Stage.REVOCATION, Reason.CRL_MISSING);
    changed(fields, "root_ca_crl", "", Stage.REVOCATION, Reason.CRL_MISSING);
  }

  @Test
  void refusesGenuineCollateralOutsideItsTime() throws IOException {
    refused(
        verify(file(V4), V4_COLLATERAL, Instant.parse("2025-08-01T00:00:00Z")),
        Stage.COLLATERAL,
        Reason.EXPIRED);
    refused(
        verify(file(V4), V4_COLLATERAL, Instant.parse("2025-06-01T00:00:00Z")),
        Stage.COLLATERAL,
        Reason.NOT_YET_VALID);
    refused(
        verify(
            file("v4-debug-50806f.quote.bin"),
            "50806f-2023-06.collateral.json",
            Instant.parse("2026-03-20T00:00:00Z")),
        Stage.COLLATERAL,
        Reason.EXPIRED);
  }

  @Test
  void refusesGenuineCollateralOfAnotherFamily() throws IOException {
    refused(
        verify(file(V5), "50806f-2026-03.collateral.json", V5_AT), Stage.ENDORSEMENT, Reason.FMSPC);
  }

  @ParameterizedTest
  @ValueSource(strings = {"v4-cos113-00806f.quote.bin", "v4-spr-e4-50806f.quote.bin", V4, V5})
  void readsWhateverFollowsAGenuineQuoteAsNothing(String name) throws IOException, Rejection {
    Bytes quote = file(name);
    TdxQuote parsed = TdxQuote.parse(quote);
    byte[] longer = java.util.Arrays.copyOf(quote.toArray(), quote.size() + 5);
    longer[longer.length - 1] = 1;

    assertThat(TdxQuote.parse(Bytes.copyOf(longer))).isEqualTo(parsed);
  }

  @Test
  void refusesPartsOfTwoGenuineQuotes() throws IOException {
    List<String> names =
        List.of(
            V4,
            "v4-cos113-00806f.quote.bin",
            "v4-debug-50806f.quote.bin",
            "v4-spr-e4-50806f.quote.bin");
    for (String one : names) {
      for (String other : names) {
        if (!one.equals(other)) {
          byte[] mixed = file(one).toArray();
          System.arraycopy(file(other).toArray(), 0, mixed, 0, 632);
          refused(
              verify(Bytes.copyOf(mixed), V4_COLLATERAL, V4_AT), Stage.CRYPTO, Reason.SIGNATURE);
        }
      }
    }
  }

  @Test
  void aGenuineQuoteIsAppraisedToTheEndTogetherWithItsLog() throws IOException, Rejection {
    TdxStatement quoted = quotedByCos();
    TdxStatement logged = quoted.with(Optional.of(Ccel.read(file("v4-cos113.ccel.bin"))));
    TdxRules rules = TdxRules.strict().requiringEventLog(false);

    assertThat(Outcome.of(checks -> rules.judge(logged, COS_AT, checks))).isEqualTo(Outcome.OK);
    assertThat(logged.facts())
        .containsEntry("event-log", "rtmr0 rtmr1 rtmr2 rtmr3")
        .containsEntry("event-log-events", "43")
        .containsEntry("event-log-secure-boot", "OFF");
    assertThat(Outcome.of(checks -> rules.requiringEventLog(true).judge(logged, COS_AT, checks)))
        .isEqualTo("POLICY SECURE_BOOT");
    assertThat(Outcome.of(checks -> rules.judge(quoted, COS_AT, checks)))
        .isEqualTo("POLICY REPLAY");
  }

  @Test
  void aGenuineLogComesTheWholeWayBesideAQuoteOfItsRegisters() throws IOException, Rejection {
    List<Bytes> rtmrs = TdxQuote.parse(file("v4-cos113-00806f.quote.bin")).report().rtmrs();
    TdxForge forge = new TdxForge();
    for (int index = 0; index < rtmrs.size(); index++) {
      forge.body(328 + index * 48, rtmrs.get(index).hex());
    }
    Evidence evidence =
        new Evidence("intel-tdx", forge.quote(), List.of(file("v4-cos113.ccel.bin")));

    Appraisal appraisal =
        new Appraiser(List.of(forge.verifier()), policy(TdxRules.strict().requiringEventLog(false)))
            .appraise(evidence, TdxForge.REPORT_DATA, TdxForge.AT);

    assertThat(appraisal).isInstanceOf(Appraisal.Accepted.class);
    assertThat(appraisal.checks()).extracting(Check::name).contains("event-log", "event-data");
  }

  private static AppraisalPolicy policy(TdxRules rules) {
    return new AppraisalPolicy(
        "logged",
        1,
        Set.of("intel-tdx"),
        List.of(rules),
        Composition.ANY,
        Duration.ofMinutes(2),
        Duration.ofSeconds(30),
        Duration.ofHours(1));
  }

  @Test
  void everyByteOfAGenuineLogCountsOrIsNotRelied() throws IOException, Rejection {
    TdxStatement quoted = quotedByCos();
    byte[] log = file("v4-cos113.ccel.bin").toArray();
    TdxRules rules = TdxRules.strict().requiringEventLog(false);
    Map<String, String> facts = quoted.with(Optional.of(Ccel.read(Bytes.copyOf(log)))).facts();

    for (int at = 0; at < log.length; at++) {
      byte[] flipped = log.clone();
      flipped[at] ^= 1;
      try {
        TdxStatement stated = quoted.with(Optional.of(Ccel.read(Bytes.copyOf(flipped))));
        if (Outcome.of(checks -> rules.judge(stated, COS_AT, checks)).equals(Outcome.OK)
            && !stated.facts().equals(facts)) {
          // A renamed event says less, never more.
          assertThat(stated.facts()).containsEntry("event-log-secure-boot", "UNKNOWN");
        }
      } catch (Rejection malformed) {
        assertThat(malformed.refusal().stage()).isEqualTo(Stage.PARSE);
      }
    }
  }

  @Test
  void aGenuineLogIsCutOutOfTheMemoryItCameIn() throws IOException, Rejection {
    Bytes log = file("v4-cos113.ccel.bin");
    byte[] memory = java.util.Arrays.copyOf(log.toArray(), 262_144);
    java.util.Arrays.fill(memory, log.size(), memory.length, (byte) 0xFF);

    assertThat(Ccel.within(Bytes.copyOf(memory))).isEqualTo(log);
  }

  /**
   * What the genuine quote states, its signatures followed to Intel's root. Of its family no
   * collateral was kept, so its TCB is said by the test to be good.
   */
  private TdxStatement quotedByCos() throws IOException, Rejection {
    Bytes quote = file("v4-cos113-00806f.quote.bin");
    TdxVerifier verifier = TdxVerifier.ofIntel(CollateralStore.EMPTY);
    refused(
        verifier.verify(TdxForge.evidence(quote), COS_AT), Stage.COLLATERAL, Reason.NO_COLLATERAL);
    SignedQuote signed = verifier.signedQuote(quote, COS_AT);
    return new TdxStatement(
        signed.version(),
        signed.report(),
        signed.platform(),
        statement(new TdxForge().verify()).tcb(),
        Optional.empty());
  }

  @Test
  void readsTheQuoteOfAnAzureMachine() throws IOException, Rejection {
    Path azure = SharedVectors.folder("composite-azure-vtpm").resolve("real").resolve("tdx.json");
    assumeTrue(Files.exists(azure), "the Azure capture is not here");
    String json = Files.readString(azure);
    int at = json.indexOf("\"td_quote\"");
    int from = json.indexOf('"', json.indexOf(':', at)) + 1;
    byte[] quote = Base64.getUrlDecoder().decode(json.substring(from, json.indexOf('"', from)));
    TdxVerifier verifier = TdxVerifier.ofIntel(CollateralStore.EMPTY);

    SignedQuote signed =
        verifier.signedQuote(Bytes.copyOf(quote), Instant.parse("2025-06-01T00:00:00Z"));

    assertThat(signed.report().reportData().hex())
        .isEqualTo(
            "9734504f161d104c74e3165c15f779b06a9bb40dfa71937817d7eee68e593839" + "00".repeat(32));
  }

  private void changed(
      Map<String, String> good, String field, String value, Stage stage, Reason reason)
      throws IOException {
    Map<String, String> fields = new java.util.LinkedHashMap<>(good);
    fields.put(field, value);
    refused(
        verifier(TdxForge.json(fields)).verify(TdxForge.evidence(file(V4)), V4_AT), stage, reason);
  }

  private Map<String, String> fields(String name) throws IOException {
    Map<String, String> fields = new java.util.LinkedHashMap<>();
    new com.fasterxml.jackson.databind.ObjectMapper()
        .readTree(file(name).toArray())
        .properties()
        .forEach(entry -> fields.put(entry.getKey(), entry.getValue().textValue()));
    assertThat(new ArrayList<>(fields.keySet())).hasSize(9);
    return fields;
  }

  private Verification verify(Bytes quote, String collateral, Instant at) throws IOException {
    return verifier(file(collateral)).verify(TdxForge.evidence(quote), at);
  }

  private static TdxVerifier verifier(Bytes collateral) {
    return TdxVerifier.ofIntel(id -> Optional.of(collateral));
  }

  private Bytes file(String name) throws IOException {
    return Bytes.copyOf(Files.readAllBytes(folder.resolve(name)));
  }
}
