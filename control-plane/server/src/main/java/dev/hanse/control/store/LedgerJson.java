package dev.hanse.control.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.api.AttestationLevel;
import dev.hanse.api.AttestationSummary;
import dev.hanse.api.ClientKey;
import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.control.access.JoinToken;
import dev.hanse.control.membership.Remembered;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The files' contents. Readers throw {@code IllegalArgumentException} naming the field. */
final class LedgerJson {
  private LedgerJson() {}

  private static ObjectNode file() {
    return JsonNodeFactory.instance.objectNode().put("format", JsonFile.FORMAT);
  }

  static ObjectNode ofKeys(List<ClientKey> keys) {
    ObjectNode file = file();
    ArrayNode array = file.putArray("keys");
    keys.forEach(key -> {
      ObjectNode node =
          array
              .addObject()
              .put("keyId", key.keyId())
              .put("secretSha256", key.secretSha256Hex())
              .put("tenant", key.tenant());
      ArrayNode models = node.putArray("models");
      key.models().stream().sorted().forEach(model -> models.add(model.value()));
      node.put("requestsPerMinute", key.requestsPerMinute())
          .put("tokensPerMinute", key.tokensPerMinute());
      key.expiresAt().ifPresent(at -> node.put("expiresAt", at.toString()));
      node.put("revoked", key.revoked()).put("revision", key.revision());
    });
    return file;
  }

  static List<ClientKey> keys(JsonNode file) {
    return list(
        file,
        "keys",
        node ->
            new ClientKey(
                text(node, "keyId"),
                text(node, "secretSha256"),
                text(node, "tenant"),
                Set.copyOf(list(node, "models", model -> new ModelId(model.asText()))),
                number(node, "requestsPerMinute"),
                number(node, "tokensPerMinute"),
                node.has("expiresAt") ? Optional.of(instant(node, "expiresAt")) : Optional.empty(),
                flag(node, "revoked"),
                number(node, "revision")));
  }

  static ObjectNode ofJoinTokens(List<JoinToken> tokens) {
    ObjectNode file = file();
    ArrayNode array = file.putArray("joinTokens");
    tokens.forEach(token ->
        array
            .addObject()
            .put("tokenId", token.tokenId())
            .put("secretSha256", token.secretSha256Hex())
            .put("provider", token.provider())
            .put("createdAt", token.createdAt().toString())
            .put("expiresAt", token.expiresAt().toString())
            .put("revoked", token.revoked()));
    return file;
  }

  static List<JoinToken> joinTokens(JsonNode file) {
    return list(
        file,
        "joinTokens",
        node ->
            new JoinToken(
                text(node, "tokenId"),
                text(node, "secretSha256"),
                text(node, "provider"),
                instant(node, "createdAt"),
                instant(node, "expiresAt"),
                flag(node, "revoked")));
  }

  static ObjectNode json(Remembered remembered) {
    ObjectNode file = file().put("epoch", remembered.epoch());
    ObjectNode members = file.putObject("members");
    remembered.members().forEach((id, region) -> members.put(id.toString(), region.value()));
    ObjectNode attestations = file.putObject("attestations");
    remembered
        .attestations()
        .forEach((id, summary) ->
            attestations
                .putObject(id.toString())
                .put("technology", summary.technology())
                .put("level", summary.level().name())
                .put("appraisedAt", summary.appraisedAt().toString())
                .put("expiresAt", summary.expiresAt().toString()));
    ArrayNode drained = file.putArray("drained");
    remembered.drained().forEach(id -> drained.add(id.toString()));
    return file;
  }

  static Remembered remembered(JsonNode file) {
    Map<NodeId, RegionId> members = new HashMap<>();
    required(file, "members")
        .properties()
        .forEach(entry ->
            members.put(NodeId.parse(entry.getKey()), new RegionId(entry.getValue().asText())));
    Map<NodeId, AttestationSummary> attestations = new HashMap<>();
    required(file, "attestations")
        .properties()
        .forEach(entry ->
            attestations.put(
                NodeId.parse(entry.getKey()),
                new AttestationSummary(
                    text(entry.getValue(), "technology"),
                    AttestationLevel.valueOf(text(entry.getValue(), "level")),
                    instant(entry.getValue(), "appraisedAt"),
                    instant(entry.getValue(), "expiresAt"))));
    Set<NodeId> drained = new HashSet<>(list(file, "drained", node -> NodeId.parse(node.asText())));
    return new Remembered(number(file, "epoch"), members, attestations, drained);
  }

  private static <T> List<T> list(JsonNode node, String field, Function<JsonNode, T> reader) {
    JsonNode array = required(node, field);
    if (!array.isArray()) {
      throw new IllegalArgumentException(field + " must be a list");
    }
    List<T> all = new ArrayList<>();
    for (JsonNode element : array) {
      all.add(reader.apply(element));
    }
    return all;
  }

  private static JsonNode required(JsonNode node, String field) {
    JsonNode value = node.get(field);
    if (value == null) {
      throw new IllegalArgumentException(field + " is missing");
    }
    return value;
  }

  private static String text(JsonNode node, String field) {
    return Fields.text(required(node, field), field);
  }

  private static long number(JsonNode node, String field) {
    JsonNode value = required(node, field);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new IllegalArgumentException(field + " must be a whole number");
    }
    return value.longValue();
  }

  private static boolean flag(JsonNode node, String field) {
    JsonNode value = required(node, field);
    if (!value.isBoolean()) {
      throw new IllegalArgumentException(field + " must be true or false");
    }
    return value.booleanValue();
  }

  private static Instant instant(JsonNode node, String field) {
    return Instant.parse(text(node, field));
  }
}
