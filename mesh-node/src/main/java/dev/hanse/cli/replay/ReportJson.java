package dev.hanse.cli.replay;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.TreeMap;

/** Writes a report for programs. Shares are 0 to 1; what is unknown is null. */
record ReportJson(Report report) {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  String text() {
    ObjectNode root = JSON.createObjectNode();
    root.put("requests", report.requests())
        .put("answered", report.answered())
        .put("failed", report.failed())
        .put("seconds", report.seconds())
        .put("badLines", report.badLines())
        .put("late", report.late())
        .put("latestMillis", report.latestMillis());
    ObjectNode failures = root.putObject("failures");
    new TreeMap<>(report.failures()).forEach(failures::put);
    percentiles(root.putObject("ttftMillis"), report.ttft());
    percentiles(root.putObject("endToEndMillis"), report.endToEnd());
    root.putObject("tokens")
        .put("prompt", report.promptTokens())
        .put("cachedPrompt", report.cachedTokens())
        .put("completion", report.completionTokens())
        .put("completionAsked", report.askedTokens())
        .put("perSecond", report.tokensPerSecond())
        .put("outputPerSecond", report.outputTokensPerSecond());
    PrefixBound bound = report.bound();
    ObjectNode hits = root.putObject("prefixHits");
    share(hits, "tokenShare", report.cachedTokens(), report.promptTokens());
    share(hits, "tokenShareUpperBound", bound.hitTokens(), bound.tokens());
    share(hits, "blockShare", report.hitBlocks(), report.blocks());
    share(hits, "blockShareUpperBound", bound.hitBlocks(), bound.blocks());
    hits.put("hitBlocks", report.hitBlocks()).put("blocks", report.blocks());
    shares(root.putArray("regions"), report.regions());
    shares(root.putArray("nodes"), report.nodes());
    try {
      return JSON.writeValueAsString(root);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
  }

  private static void percentiles(ObjectNode node, Percentiles millis) {
    number(node, "p50", millis.p50());
    number(node, "p95", millis.p95());
    number(node, "p99", millis.p99());
    number(node, "max", millis.max());
  }

  // JSON has no NaN.
  private static void number(ObjectNode node, String name, double value) {
    if (Double.isNaN(value)) {
      node.putNull(name);
    } else {
      node.put(name, value);
    }
  }

  private static void share(ObjectNode node, String name, long part, long whole) {
    number(node, name, whole == 0 ? Double.NaN : (double) part / whole);
  }

  private void shares(ArrayNode array, List<Report.Share> shares) {
    for (Report.Share one : shares) {
      ObjectNode node = array.addObject();
      node.put("name", one.name()).put("requests", one.requests());
      share(node, "requestShare", one.requests(), report.answered());
      node.put("promptTokens", one.promptTokens())
          .put("cachedPromptTokens", one.cachedTokens())
          .put("completionTokens", one.completionTokens());
      share(node, "tokenShare", one.tokens(), report.promptTokens() + report.completionTokens());
      number(node, "costUsd", one.priced() ? one.costMicros() / 1e6 : Double.NaN);
      number(node, "usdPerMtok", one.priced() ? one.usdPerMtok() : Double.NaN);
    }
  }
}
