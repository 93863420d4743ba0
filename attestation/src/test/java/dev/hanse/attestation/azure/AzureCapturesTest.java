package dev.hanse.attestation.azure;

import static dev.hanse.attestation.azure.Captures.outcome;
import static dev.hanse.attestation.azure.Captures.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.vectors.SharedVectors;
import dev.hanse.attestation.vectors.Vector;
import dev.hanse.attestation.vectors.VectorSet;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Genuine captures with one change each: every link from the TEE to the registers is needed. */
class AzureCapturesTest {
  private static final int JSON_AT = 0x4d4;

  @ParameterizedTest
  @ValueSource(strings = {"azure-vtpm/snp-milan", "azure-vtpm/tdx"})
  void everyLinkOfTheChainIsNeeded(String id) throws Exception {
    Vector vector = vector(id);
    assertThat(judged(vector, capture -> {})).isEqualTo("accepted");

    assertThat(judged(vector, flip("hcl_report", machineId(vector))))
        .isEqualTo("CRYPTO AK_BINDING");
    assertThat(judged(vector, quote("message", 10))).isEqualTo("CRYPTO SIGNATURE");
    assertThat(judged(vector, quote("signature", 10))).isEqualTo("CRYPTO SIGNATURE");
    assertThat(judged(vector, quote("message", 0))).isEqualTo("PARSE MAGIC");
    assertThat(judged(vector, value(7))).isEqualTo("POLICY PCR_DIGEST");
    assertThat(judged(vector, capture -> ((ArrayNode) capture.at("/tpm_quote/pcrs")).remove(23)))
        .isEqualTo("POLICY PCR_DIGEST");
  }

  @ParameterizedTest
  @ValueSource(strings = {"azure-vtpm/snp-milan", "azure-vtpm/tdx"})
  void whatIsNotSignedIsHeldToWhatItAlwaysIs(String id) throws Exception {
    Vector vector = vector(id);
    assertThat(judged(vector, flip("hcl_report", 0))).isEqualTo("PARSE MAGIC");
    assertThat(judged(vector, flip("hcl_report", 5))).isEqualTo("PARSE VERSION");
    assertThat(judged(vector, flip("hcl_report", 8))).isEqualTo("PARSE LENGTH");
    assertThat(judged(vector, flip("hcl_report", 12))).isEqualTo("PARSE TYPE");
    assertThat(judged(vector, flip("hcl_report", 31))).isEqualTo("PARSE RESERVED");
    assertThat(judged(vector, flip("hcl_report", 0x4c0))).isEqualTo("PARSE LENGTH");
    assertThat(judged(vector, flip("hcl_report", 0x4c4))).isEqualTo("PARSE VERSION");
    assertThat(judged(vector, flip("hcl_report", 0x4c8))).isEqualTo("PARSE TEE_TYPE");
    assertThat(judged(vector, flip("hcl_report", 0x4cc))).isEqualTo("PARSE SIG_HASH");
    assertThat(judged(vector, flip("hcl_report", 0x4d0))).isEqualTo("PARSE LENGTH");
    assertThat(judged(vector, flip("hcl_report", 2599))).isEqualTo("PARSE RESERVED");
    assertThat(judged(vector, cut(JSON_AT + 100))).isEqualTo("PARSE LENGTH");
    assertThat(judged(vector, cut(0))).isEqualTo("PARSE LENGTH");
    assertThat(judged(vector, cut(9000))).isEqualTo("PARSE LENGTH");
  }

  @Test
  void theTeesOwnReportIsFollowedToItsVendor() throws Exception {
    Vector snp = vector("azure-vtpm/snp-milan");
    assertThat(judged(snp, flip("hcl_report", 0x20 + 0x90))).isEqualTo("CRYPTO SIGNATURE");
    assertThat(judged(snp, flip("hcl_report", 0x20 + 0x50))).isEqualTo("CRYPTO SIGNATURE");
    assertThat(judged(without(snp, "chain"), capture -> {})).isEqualTo("CRYPTO CHAIN");
    Vector tdx = vector("azure-vtpm/tdx");
    assertThat(judged(tdx, flip("td_quote", 568))).isEqualTo("CRYPTO SIGNATURE");
    assertThat(judged(tdx, flip("td_quote", 184))).isEqualTo("CRYPTO SIGNATURE");
  }

  @Test
  void partsOfTwoMachinesDoNotMix() throws Exception {
    JsonNode tdx = json(vector("azure-vtpm/tdx"));
    Vector snp = vector("azure-vtpm/snp-milan");
    assertThat(judged(snp, capture -> capture.set("tpm_quote", tdx.get("tpm_quote"))))
        .isEqualTo("CRYPTO SIGNATURE");
    assertThat(judged(snp, capture -> capture.set("hcl_report", tdx.get("hcl_report"))))
        .isEqualTo("PARSE TEE_TYPE");
    byte[] mixed = decoded(json(snp), "hcl_report");
    byte[] other = decoded(tdx, "hcl_report");
    byte[] runtime = Arrays.copyOfRange(other, 0x4c0, other.length);
    runtime[8] = 2;
    byte[] both = Arrays.copyOf(mixed, other.length);
    System.arraycopy(runtime, 0, both, 0x4c0, runtime.length);
    both[8] = other[8];
    both[9] = other[9];
    assertThat(judged(snp, capture -> capture.put("hcl_report", encoded(both))))
        .isEqualTo("CRYPTO AK_BINDING");
  }

  /** Where the first digit of the machine's id stands: a changed one leaves the JSON in form. */
  private static int machineId(Vector vector) throws Exception {
    String name = "vmUniqueId\":\"";
    return new String(decoded(json(vector), "hcl_report"), StandardCharsets.ISO_8859_1)
            .indexOf(name)
        + name.length();
  }

  private static Consumer<ObjectNode> flip(String field, int at) {
    return capture -> {
      byte[] bytes = decoded(capture, field);
      bytes[at] ^= 4;
      capture.put(field, encoded(bytes));
    };
  }

  private static Consumer<ObjectNode> cut(int length) {
    return capture ->
        capture.put("hcl_report", encoded(Arrays.copyOf(decoded(capture, "hcl_report"), length)));
  }

  private static Consumer<ObjectNode> quote(String field, int at) {
    return capture -> {
      ObjectNode quote = (ObjectNode) capture.get("tpm_quote");
      byte[] bytes = Bytes.ofHex(quote.get(field).asText()).toArray();
      bytes[at] ^= 1;
      quote.put(field, Bytes.copyOf(bytes).hex());
    };
  }

  private static Consumer<ObjectNode> value(int pcr) {
    return capture -> ((ArrayNode) capture.at("/tpm_quote/pcrs")).set(pcr, "00".repeat(32));
  }

  private static String judged(Vector vector, Consumer<ObjectNode> change) throws Exception {
    ObjectNode capture = (ObjectNode) json(vector);
    change.accept(capture);
    Map<String, Bytes> files = new HashMap<>(vector.files());
    files.put("evidence", Bytes.copyOf(capture.toString().getBytes(StandardCharsets.UTF_8)));
    return outcome(new AzureJudge().judge(with(vector, files), true));
  }

  private static Vector without(Vector vector, String role) {
    Map<String, Bytes> files = new HashMap<>(vector.files());
    files.remove(role);
    return with(vector, files);
  }

  private static JsonNode json(Vector vector) throws Exception {
    return new ObjectMapper().readTree(vector.file("evidence").orElseThrow().toArray());
  }

  private static byte[] decoded(JsonNode capture, String field) {
    return Base64.getUrlDecoder().decode(capture.get(field).asText());
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static Vector vector(String id) throws Exception {
    Path manifest =
        SharedVectors.folder("composite-azure-vtpm").resolve("real").resolve("manifest.json");
    assumeTrue(Files.exists(manifest), "shared vectors of composite-azure-vtpm are not here");
    return VectorSet.read(manifest).cases().stream()
        .map(VectorSet.Case::vector)
        .filter(vector -> vector.id().equals(id))
        .findFirst()
        .orElseThrow();
  }
}
