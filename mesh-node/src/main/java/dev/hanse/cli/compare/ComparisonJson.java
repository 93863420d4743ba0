package dev.hanse.cli.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;

/** Writes a comparison for programs. Shares are 0 to 1. */
record ComparisonJson(Comparison comparison) {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  String text() {
    ObjectNode root = JSON.createObjectNode();
    root.put("requests", comparison.requests())
        .put("speed", comparison.speed())
        .put("seed", comparison.seed())
        .put("offeredLoad", comparison.offeredLoad())
        .put(
            "prefixHitShareUpperBound",
            share(comparison.bound().hitTokens(), comparison.bound().tokens()))
        .put(
            "blockHitShareUpperBound",
            share(comparison.bound().hitBlocks(), comparison.bound().blocks()));
    ArrayNode nodes = root.putArray("nodes");
    for (Server server : comparison.servers()) {
      nodes
          .addObject()
          .put("node", server.id().toString())
          .put("inputMicrosPerMtok", server.price().inputMicrosPerMtok())
          .put("cachedInputMicrosPerMtok", server.price().cachedInputMicrosPerMtok())
          .put("outputMicrosPerMtok", server.price().outputMicrosPerMtok())
          .put("workTokens", server.workTokens());
    }
    ArrayNode policies = root.putArray("policies");
    for (Comparison.Entry entry : comparison.entries()) {
      Outcome outcome = entry.outcome();
      policies
          .addObject()
          .put("policy", entry.policy().toString())
          .put("prefixHitShare", share(outcome.hitTokens(), outcome.promptTokens()))
          .put("blockHitShare", share(outcome.hitBlocks(), outcome.blocks()))
          .put("ttftP50Millis", outcome.p50Micros() / 1e3)
          .put("ttftP99Millis", outcome.p99Micros() / 1e3)
          .put("peakToMean", outcome.peakToMean())
          .put("costUsd", outcome.costMicros() / 1e6)
          .put("onFrontier", comparison.isOnFrontier(entry))
          .put("refusals", entry.refusals());
    }
    try {
      return JSON.writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
  }

  private static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
