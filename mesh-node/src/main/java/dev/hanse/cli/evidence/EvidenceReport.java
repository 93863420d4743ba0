package dev.hanse.cli.evidence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.policy.Check;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What was found of one piece of evidence.
 *
 * @param facts what it states; empty where it was not verified
 * @param refusal why it is not accepted
 * @param remarks what was not asked, and what else a reader must know
 */
record EvidenceReport(
    String technology,
    String level,
    Bytes digest,
    Instant at,
    Map<String, String> facts,
    List<Check> checks,
    Optional<Refusal> refusal,
    List<String> remarks) {
  private static final ObjectMapper JSON = new ObjectMapper();

  EvidenceReport {
    facts = new TreeMap<>(facts);
    checks = List.copyOf(checks);
    remarks = List.copyOf(remarks);
  }

  boolean isAccepted() {
    return refusal.isEmpty();
  }

  void print(PrintWriter out) {
    out.printf("%s, level %s, judged at %s%n", technology, level, at);
    out.printf("evidence %s%n", digest.hex());
    if (!facts.isEmpty()) {
      out.println("\nit states");
      facts.forEach((name, value) -> out.printf("  %-28s %s%n", name, value));
    }
    out.println("\nchecks");
    checks.forEach(check ->
        out.printf(
            "  %-4s %-28s %s%n", check.passed() ? "ok" : "FAIL", check.name(), check.detail()));
    remarks.forEach(remark -> out.printf("  note %s%n", remark));
    out.println();
    out.println(
        refusal.map(why -> "REFUSED, " + words(why) + ": " + why.message()).orElse("ACCEPTED"));
    out.flush();
  }

  private static String words(Refusal refusal) {
    return refusal instanceof Refusal.Rejected rejected
        ? rejected.stage().name().toLowerCase(Locale.ROOT) + " " + rejected.reason().name()
        : refusal.code();
  }

  static void printJson(List<EvidenceReport> reports, PrintWriter out)
      throws JsonProcessingException {
    ArrayNode all = JSON.createArrayNode();
    reports.forEach(report -> report.put(all.addObject()));
    out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(all));
    out.flush();
  }

  private void put(ObjectNode node) {
    node.put("technology", technology).put("level", level).put("evidenceDigest", digest.hex());
    node.put("judgedAt", at.toString()).put("accepted", isAccepted());
    refusal.ifPresent(why -> {
      node.put("code", why.code()).put("message", why.message());
      if (why instanceof Refusal.Rejected rejected) {
        node.put("stage", rejected.stage().name().toLowerCase(Locale.ROOT));
        node.put("reason", rejected.reason().name());
      }
    });
    ObjectNode stated = node.putObject("facts");
    facts.forEach(stated::put);
    ArrayNode made = node.putArray("checks");
    checks.forEach(check ->
        made.addObject()
            .put("name", check.name())
            .put("passed", check.passed())
            .put("detail", check.detail()));
    remarks.forEach(node.putArray("notes")::add);
  }
}
