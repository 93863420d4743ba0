package dev.hanse.attestation.tdx;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.vectors.Vector;
import dev.hanse.attestation.vectors.Verdict;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries of a manifest; each one's fault is told by its own verdict. */
class TdxJudgeTest {
  private static final String ACCEPTED = "accepted";

  private final TdxForge forge = new TdxForge();
  private final Map<String, Bytes> files = new HashMap<>();
  private final ObjectNode params = new ObjectMapper().createObjectNode();
  private Optional<Instant> time = Optional.of(TdxForge.AT);
  private Optional<Bytes> anchor =
      Optional.of(TdxForge.ascii(ForgedPki.pem(ForgedPki.make(forge.root))));

  TdxJudgeTest() {
    files.put("quote", forge.quote());
    files.put("collateral", forge.collateral());
    params.put("report_data", TdxForge.REPORT_DATA.hex());
  }

  @Test
  void acceptsAnEntryOfWhichEverythingHolds() {
    params.put("mrtd", "a0".repeat(48)).put("xfam", "e700000000000000");
    params.put("fmspc", TdxForge.FMSPC).put("min_tcb_evaluation_data_number", 18);
    params.putArray("rtmrs").add("a4".repeat(48)).add("a5".repeat(48)).add("a6".repeat(48));

    assertThat(new TdxJudge().technology()).isEqualTo("intel-tdx");
    assertThat(judged()).isEqualTo(ACCEPTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"quote", "report_data", "time", "trust_anchor"})
  void saysWhatAnEntryLacks(String part) {
    switch (part) {
      case "time" -> time = Optional.empty();
      case "trust_anchor" -> anchor = Optional.empty();
      case "report_data" -> params.remove(part);
      default -> files.remove(part);
    }

    assertThat(judged()).isEqualTo("PARSE STRUCTURE the entry cannot be judged: it has no " + part);
  }

  @Test
  void saysWhatOfAnEntryCannotBeRead() {
    anchor = Optional.of(TdxForge.ascii("no certificate"));
    assertThat(judged()).startsWith("PARSE STRUCTURE").contains("trust_anchor");

    anchor = Optional.of(TdxForge.ascii(ForgedPki.pem(ForgedPki.make(forge.root))));
    params.putArray("allowed_tcb_status").add("Fresh");
    assertThat(judged()).startsWith("PARSE STRUCTURE").contains("Fresh");

    params.remove("allowed_tcb_status");
    params.put("mrtd", "zz");
    assertThat(judged()).startsWith("PARSE STRUCTURE").contains("cannot be judged");
  }

  @Test
  void judgesGenuineCapturesByIntelsRootAlone() {
    assertThat(outcome(new TdxJudge().judge(vector(), true))).startsWith("CRYPTO UNTRUSTED_ROOT");
    anchor = Optional.empty();
    assertThat(outcome(new TdxJudge().judge(vector(), true))).startsWith("CRYPTO UNTRUSTED_ROOT");
  }

  @Test
  void followsSignaturesWhereIntelsWordIsNotAtHand() {
    files.remove("collateral");

    assertThat(judged()).startsWith("crypto-ok COLLATERAL NO_COLLATERAL");
  }

  @Test
  void tellsAQuoteOfAnotherExchange() {
    params.put("report_data", "00".repeat(64));

    assertThat(judged()).startsWith("FRESHNESS REPORT_DATA_MISMATCH");
  }

  @ParameterizedTest
  @CsvSource({
    "mrtd, MEASUREMENT",
    "reference_mrtd, MEASUREMENT",
    "xfam, GUEST_POLICY",
    "fmspc, FMSPC"
  })
  void comparesWhatTheEntryNames(String param, String reason) {
    params.put(param, "00");

    assertThat(judged()).startsWith("POLICY " + reason);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void comparesEveryRegister(int register) {
    for (int i = 0; i < 4; i++) {
      params.withArray("rtmrs").add((i == register ? "00" : "a" + (4 + i)).repeat(48));
    }

    assertThat(judged()).startsWith("POLICY MEASUREMENT rtmr" + register);
  }

  @Test
  void holdsTheEntrysFloorAndStatuses() {
    params.put("min_tcb_evaluation_data_number", 19);
    assertThat(judged()).startsWith("COLLATERAL ROLLBACK");

    params.remove("min_tcb_evaluation_data_number");
    params.putArray("allowed_tcb_status").add("OutOfDate");
    assertThat(judged()).startsWith("ENDORSEMENT TCB_STATUS");
    params.putArray("allowed_tcb_status").add("OutOfDate").add("UpToDate");
    assertThat(judged()).isEqualTo(ACCEPTED);
  }

  @Test
  void judgesTheLogThatComesWithAnEntry() {
    ForgedCcel booted = ForgedCcel.booted(true);
    files.put("ccel", booted.toBytes());
    assertThat(judged()).startsWith("POLICY REPLAY");

    files.put("quote", booted.forge().quote());
    assertThat(judged()).isEqualTo(ACCEPTED);
  }

  private String judged() {
    return outcome(new TdxJudge().judge(vector(), false));
  }

  private Vector vector() {
    return new Vector("tdx/one", files, anchor, "", time, "accept", "-", "OK", params);
  }

  private static String outcome(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Accepted() -> ACCEPTED;
      case Verdict.Rejected(var refusal) ->
          refusal.stage() + " " + refusal.reason() + " " + refusal.detail();
      case Verdict.CryptoOk(var refusal) -> "crypto-ok " + refusal.stage() + " " + refusal.reason();
      case Verdict.Matched(var what) -> what;
    };
  }
}
