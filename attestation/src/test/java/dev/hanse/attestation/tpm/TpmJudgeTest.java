package dev.hanse.attestation.tpm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.tpm.eventlog.EventLog;
import dev.hanse.attestation.vectors.Grade;
import dev.hanse.attestation.vectors.Vector;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Vectors of this project's own making: what a manifest may say, and what the judge makes of it.
 */
class TpmJudgeTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final TpmForge forge = new TpmForge();
  private final ObjectNode params = JSON.createObjectNode();
  private final Map<String, Bytes> files = new HashMap<>();
  private String anchor = "ak name equals the enrolled name";

  @Test
  void acceptsAQuoteThatIsAsTheManifestSays() throws Exception {
    quote();
    assertThat(new TpmJudge().technology()).isEqualTo("tpm2");
    assertThat(verdict()).isEqualTo("accept OK");
  }

  @Test
  void knowsNoKeyThatIsOnlyOffered() throws Exception {
    quote();
    anchor = "key offered, not enrolled";
    assertThat(verdict()).isEqualTo("reject AK_UNKNOWN");
  }

  @Test
  void refusesAnotherNonce() throws Exception {
    quote();
    params.put("qualifying_data", "00".repeat(32));
    assertThat(verdict()).isEqualTo("reject NONCE");
    params.remove("qualifying_data");
    assertThat(verdict()).isEqualTo("reject NONCE");
  }

  @Test
  void refusesRegistersThatAreNotQuotedOrHoldSomethingElse() throws Exception {
    quote();
    params.putObject("required_pcrs").putArray("sha256").add(12);
    assertThat(verdict()).isEqualTo("reject PCR_NOT_QUOTED");
    params.putObject("required_pcrs").putArray("sha256").add(7);
    params.putObject("reference_pcrs").put("7", "00".repeat(32));
    assertThat(verdict()).isEqualTo("reject MEASUREMENT");
  }

  @Test
  void refusesSecureBootThatNoLogShows() throws Exception {
    quote();
    params.put("require_secure_boot", true);
    assertThat(verdict()).isEqualTo("reject REPLAY");
    forge.follow(TpmForge.ForgedLog.booted(true));
    quote();
    params.put("require_secure_boot", true);
    assertThat(verdict()).isEqualTo("accept OK");
  }

  @Test
  void holdsCountersAgainstThoseTheManifestRemembers() throws Exception {
    quote();
    params.put("expected_reset_count", 3).put("last_clock", 5_000);
    assertThat(verdict()).isEqualTo("accept OK");
    params.put("expected_reset_count", 2);
    assertThat(verdict()).isEqualTo("reject RESET_COUNT");
    params.remove("expected_reset_count");
    params.put("last_clock", 5_001);
    assertThat(verdict()).isEqualTo("reject CLOCK_REGRESS");
  }

  @Test
  void refusesRegistersThatAreNoJson() throws Exception {
    quote();
    files.put("pcrs", Bytes.copyOf("{".getBytes(UTF_8)));
    assertThat(verdict()).isEqualTo("reject STRUCTURE");
  }

  @Test
  void replaysALogAgainstWhatTheManifestSays() throws Exception {
    TpmForge.ForgedLog log = TpmForge.ForgedLog.booted(true);
    files.put("eventlog", log.toBytes());
    params.put("bank", "sha256").put("events", log.events.size());
    ObjectNode replayed = params.putObject("replayed_pcrs");
    EventLog.read(log.toBytes())
        .replay(TpmHash.SHA256)
        .forEach((pcr, value) -> replayed.put(Integer.toString(pcr), value.hex()));
    assertThat(verdict()).isEqualTo("replay OK");

    params.put("events", log.events.size() - 1);
    assertThat(verdict()).isEqualTo("reject REPLAY");
    params.put("events", log.events.size()).put("bank", "sha1-legacy");
    assertThat(verdict()).isEqualTo("reject REPLAY");
    params.put("bank", "sha256");
    replayed.put("0", "00".repeat(32));
    assertThat(verdict()).isEqualTo("reject REPLAY");
  }

  @Test
  void refusesALogThatIsMissing() {
    assertThat(verdict()).isEqualTo("reject LENGTH");
  }

  @Test
  void saysWhatAKnownAnswerDiffersIn() {
    files.put("kat", Bytes.copyOf("{}".getBytes(UTF_8)));
    assertThat(verdict()).isEqualTo("reject ACTIVATION");
  }

  @Test
  void verifiesAQuoteWithoutItsPublicAreaAsFarAsThatGoes() throws Exception {
    forge.scheme = SigningScheme.RSASSA;
    Bytes attest = forge.attest();
    ObjectNode evidence = JSON.createObjectNode();
    evidence.put("ak_public", base64(Bytes.copyOf(TpmForge.RSA.getPublic().getEncoded())));
    ObjectNode quote = evidence.putObject("tpm_quote");
    quote.put("message", base64(attest)).put("signature", base64(forge.signature(attest)));
    forge.pcrs.values().forEach(value -> quote.withArray("pcrs").add(value.hex()));
    files.put("evidence", written(evidence));
    assertThat(verdict()).isEqualTo("crypto-ok AK_UNKNOWN");

    quote.put("signature", base64(forge.signature(Bytes.copyOf(new byte[1]))));
    files.put("evidence", written(evidence));
    assertThat(verdict()).isEqualTo("reject SIGNATURE");

    quote.put("signature", base64(forge.signature(attest)));
    quote.withArray("pcrs").remove(7);
    files.put("evidence", written(evidence));
    assertThat(verdict()).isEqualTo("reject PCR_DIGEST");

    evidence.put("ak_public", "AAAA");
    files.put("evidence", written(evidence));
    assertThat(verdict()).isEqualTo("reject KEY");
  }

  private void quote() throws Exception {
    TpmEvidence body = forge.body();
    ObjectNode pcrs = JSON.createObjectNode();
    body.pcrs()
        .forEach((pcr, value) ->
            pcrs.withObject("/" + pcr.bank().bank())
                .put(Integer.toString(pcr.index()), value.hex()));
    files.put("attest", body.attest());
    files.put("signature", body.signature());
    files.put("ak", body.publicArea());
    files.put("pcrs", written(pcrs));
    body.eventLog().ifPresent(log -> files.put("eventlog", log));
    params.removeAll();
    params.put("qualifying_data", forge.extraData.hex());
  }

  private String verdict() {
    Vector vector =
        new Vector(
            "tpm/test",
            files,
            Optional.empty(),
            anchor,
            Optional.of(Instant.EPOCH),
            "accept",
            "-",
            "OK",
            params);
    Grade grade = Grade.of(vector, new TpmJudge().judge(vector, false));
    return grade.got() + " " + grade.reason();
  }

  private static Bytes written(ObjectNode json) throws Exception {
    return Bytes.copyOf(JSON.writeValueAsBytes(json));
  }

  private static String base64(Bytes bytes) {
    return Base64.getUrlEncoder().encodeToString(bytes.toArray());
  }
}
