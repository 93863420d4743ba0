package dev.hanse.control.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.api.NodeId;
import dev.hanse.api.Revocation;
import dev.hanse.control.membership.NodeResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The deny list's file. Readers throw {@code IllegalArgumentException}: to go on without it would
 * trust again what was revoked.
 */
final class DenialsJson {
  private DenialsJson() {}

  static ObjectNode of(List<Revocation> revocations, List<NodeResult> results) {
    ObjectNode file = JsonNodeFactory.instance.objectNode().put("format", JsonFile.FORMAT);
    ArrayNode denied = file.putArray("revocations");
    revocations.forEach(one -> {
      ObjectNode node =
          denied
              .addObject()
              .put("kind", one.kind().name())
              .put("value", one.value())
              .put("lifted", one.lifted())
              .put("revision", one.revision())
              .put("at", one.at().toString())
              .put("reason", one.reason());
      one.expiresAt().ifPresent(end -> node.put("expiresAt", end.toString()));
    });
    ArrayNode standing = file.putArray("results");
    results.forEach(result -> {
      ObjectNode node =
          standing
              .addObject()
              .put("node", result.node().toString())
              .put("technology", result.technology())
              .put("policy", result.policy())
              .put("issuedUnder", result.issuedUnder())
              .put("evidence", result.evidenceDigest())
              .put("expiresAt", result.expiresAt().toString())
              .put("certifiedUntil", result.certifiedUntil().toString())
              .put("token", result.token());
      ObjectNode facts = node.putObject("facts");
      result.facts().forEach(facts::put);
    });
    return file;
  }

  static List<Revocation> revocations(JsonNode file) {
    List<Revocation> all = new ArrayList<>();
    for (JsonNode node : array(file, "revocations")) {
      all.add(
          new Revocation(
              Revocation.Kind.valueOf(text(node, "kind")),
              text(node, "value"),
              node.path("lifted").asBoolean(),
              node.path("revision").asLong(),
              Instant.parse(text(node, "at")),
              node.has("expiresAt")
                  ? Optional.of(Instant.parse(text(node, "expiresAt")))
                  : Optional.empty(),
              text(node, "reason")));
    }
    return all;
  }

  static List<NodeResult> results(JsonNode file) {
    List<NodeResult> all = new ArrayList<>();
    for (JsonNode node : array(file, "results")) {
      Map<String, String> facts = new HashMap<>();
      node.path("facts")
          .properties()
          .forEach(fact -> facts.put(fact.getKey(), fact.getValue().asText()));
      String policy = text(node, "policy");
      String expiresAt = text(node, "expiresAt");
      all.add(
          new NodeResult(
              NodeId.parse(text(node, "node")),
              text(node, "technology"),
              policy,
              node.path("issuedUnder").asText(policy),
              text(node, "evidence"),
              facts,
              Instant.parse(expiresAt),
              Instant.parse(node.path("certifiedUntil").asText(expiresAt)),
              node.path("token").asText("")));
    }
    return all;
  }

  private static JsonNode array(JsonNode file, String field) {
    JsonNode array = file.path(field);
    if (!array.isArray()) {
      throw new IllegalArgumentException(field + " must be a list");
    }
    return array;
  }

  private static String text(JsonNode node, String field) {
    return new Fields(node).text(field);
  }
}
