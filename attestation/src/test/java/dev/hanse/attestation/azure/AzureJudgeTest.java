package dev.hanse.attestation.azure;

import static dev.hanse.attestation.azure.Captures.outcome;
import static dev.hanse.attestation.azure.Captures.with;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.tpm.TpmEvidence;
import dev.hanse.attestation.vectors.Vector;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Captures in the JSON of Azure's agents, of machines of our own. */
class AzureJudgeTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final AzureForge snp = AzureForge.onSnp();
  private final AzureForge tdx = AzureForge.onTdx();

  @Test
  void acceptsWhatHoldsUnderTheSetsOwnAnchors() throws Exception {
    assertThat(judged(snp, capture -> {}, collateral())).isEqualTo("accepted");
    assertThat(judged(tdx, capture -> {}, collateral())).isEqualTo("accepted");
    assertThat(new AzureJudge().technology()).isEqualTo("composite-azure-vtpm");
  }

  @Test
  void followsACaptureOfTdxWithoutIntelsWordByItsSignatures() throws Exception {
    assertThat(judged(tdx, capture -> {}, Optional.empty())).isEqualTo("accepted");
    AzureForge other = AzureForge.onTdx().vouchingFor(tdx.runtime.replace("26F8", "26F9"));
    assertThat(
            judged(
                tdx, capture -> capture.put("td_quote", base64(other.tdQuote())), Optional.empty()))
        .isEqualTo("CRYPTO AK_BINDING");
  }

  @Test
  void holdsAPlatformAgainstIntelsWordWhereItIsThere() throws Exception {
    assertThat(judged(tdx, capture -> {}, Optional.of(Bytes.copyOf("{}".getBytes(UTF_8)))))
        .startsWith("COLLATERAL");
  }

  @Test
  void trustsTheVendorsAloneWhereASetNamesNoAnchor() throws Exception {
    for (AzureForge forge : new AzureForge[] {snp, tdx}) {
      Vector named = vector(forge, capture -> {}, collateral());
      Vector unnamed =
          new Vector(
              named.id(),
              named.files(),
              Optional.empty(),
              "",
              named.time(),
              named.expect(),
              named.stage(),
              named.reason(),
              named.params());

      assertThat(outcome(new AzureJudge().judge(unnamed, true))).isEqualTo("CRYPTO UNTRUSTED_ROOT");
    }
  }

  @Test
  void refusesAQuoteMadeForAnotherExchange() throws Exception {
    snp.extraData = Bytes.copyOf(new byte[4]);

    assertThat(judged(snp, capture -> {}, Optional.empty())).isEqualTo("FRESHNESS NONCE");
  }

  @Test
  void refusesWhatTheStrictRulesRefuse() throws Exception {
    snp.snpMachine.debuggable();

    assertThat(judged(snp, capture -> {}, Optional.empty())).startsWith("POLICY");
  }

  @Test
  void judgesTheVirtualTpmOfACaptureWithoutIntelsWordAllTheSame() throws Exception {
    tdx.vtpm.quoting(List.of(0, 1));

    assertThat(judged(tdx, capture -> {}, Optional.empty())).isEqualTo("POLICY PCR_NOT_QUOTED");
  }

  @Test
  void refusesACaptureThatCannotBeRead() throws Exception {
    Consumer<ObjectNode> notBase64 = capture -> capture.put("hcl_report", "!");
    Consumer<ObjectNode> notHex =
        capture -> ((ObjectNode) capture.get("tpm_quote")).put("message", "x");

    assertThat(judged(snp, notBase64, Optional.empty())).isEqualTo("PARSE STRUCTURE");
    assertThat(judged(snp, notHex, Optional.empty())).isEqualTo("PARSE STRUCTURE");
    Vector good = vector(snp, capture -> {}, Optional.empty());
    Map<String, Bytes> files = new HashMap<>(good.files());
    files.put("evidence", Bytes.copyOf("{".getBytes(UTF_8)));
    assertThat(outcome(new AzureJudge().judge(with(good, files), true)))
        .isEqualTo("PARSE STRUCTURE");
  }

  @Test
  void readsBase64OfEitherAlphabet() throws Exception {
    assertThat(
            judged(
                snp,
                capture ->
                    capture.put(
                        "hcl_report",
                        Base64.getEncoder().encodeToString(snp.hclReport().toArray())),
                Optional.empty()))
        .isEqualTo("accepted");
  }

  private Optional<Bytes> collateral() {
    return Optional.of(tdx.tdxMachine.collateral());
  }

  private static String judged(
      AzureForge forge, Consumer<ObjectNode> change, Optional<Bytes> collateral) throws Exception {
    return outcome(new AzureJudge().judge(vector(forge, change, collateral), false));
  }

  private static Vector vector(
      AzureForge forge, Consumer<ObjectNode> change, Optional<Bytes> collateral) throws Exception {
    ObjectNode capture = JSON.createObjectNode();
    TpmEvidence quote = forge.quote();
    capture.put("hcl_report", base64(forge.hclReport()));
    if (forge.tdx) {
      capture.put("td_quote", base64(forge.tdQuote()));
    } else {
      capture.put("vcek", base64(forge.certificates().getFirst()));
    }
    ObjectNode quoted = capture.putObject("tpm_quote");
    quoted.put("message", quote.attest().hex());
    // The agents give the bare signature: without algorithm, hash and size.
    quoted.put("signature", quote.signature().hex().substring(12));
    quote.pcrs().values().forEach(value -> quoted.withArray("pcrs").add(value.hex()));
    change.accept(capture);
    Map<String, Bytes> files = new HashMap<>();
    files.put("evidence", Bytes.copyOf(JSON.writeValueAsBytes(capture)));
    files.put("chain", forge.snpMachine.issuersPem());
    collateral.ifPresent(bundle -> files.put("collateral", bundle));
    return new Vector(
        "forged",
        files,
        Optional.of(forge.tdx ? forge.tdxMachine.rootPem() : forge.snpMachine.rootPem()),
        "",
        Optional.of(AzureForge.AT),
        "accept",
        "-",
        "OK",
        JSON.createObjectNode().put("tpm_extra_data", AzureForge.REPORT_DATA.sha256().hex()));
  }

  private static String base64(Bytes bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toArray());
  }
}
