package dev.hanse.control.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.MemberView;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.Price;
import dev.hanse.api.RegionStatus;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Members and regions as operators read them. */
final class MemberJson {
  private MemberJson() {}

  static ObjectNode of(MemberView view, Optional<Duration> leaseRemaining) {
    Member member = view.member();
    ObjectNode json =
        Answer.object()
            .put("nodeId", member.id().toString())
            .put("region", member.region().value())
            .put("provider", member.id().provider());
    ArrayNode roles = json.putArray("roles");
    member.roles().stream().sorted().forEach(role -> roles.add(word(role)));
    json.put("state", word(member.state()))
        .put("engine", member.engine())
        .put("simulated", member.engineSimulated())
        .put("address", member.address().isPresent() ? member.address().toString() : "")
        .put("publicUrl", member.publicUrl());
    json.putObject("dataPolicy")
        .put("retainsPrompts", member.dataPolicy().retainsPrompts())
        .put("trainsOnPrompts", member.dataPolicy().trainsOnPrompts());
    json.putObject("attestation")
        .put("technology", member.attestation().technology())
        .put("level", word(member.attestation().level()))
        .put("expiresAt", member.attestation().expiresAt().toString());
    ArrayNode offers = json.putArray("offers");
    member.offers().forEach(offer -> offers.add(offer(offer)));
    json.putObject("capacity")
        .put("workTokens", member.capacity().workTokens())
        .put("prefillTokensPerSecond", member.capacity().prefillTokensPerSecond())
        .put("decodeTokensPerSecond", member.capacity().decodeTokensPerSecond());
    json.set("load", load(view.load()));
    leaseRemaining.ifPresent(left -> json.put("leaseRemainingMillis", left.toMillis()));
    return json;
  }

  private static ObjectNode offer(ModelOffer offer) {
    ObjectNode json = Answer.object().put("model", offer.model().value());
    ArrayNode operations = json.putArray("operations");
    offer.operations().stream().sorted().forEach(operation -> operations.add(word(operation)));
    json.put("contextTokens", offer.contextTokens()).put("quantization", offer.quantization());
    json.set("price", price(offer.price()));
    return json;
  }

  static ObjectNode price(Price price) {
    return Answer.object()
        .put("inputMicrosPerMtok", price.inputMicrosPerMtok())
        .put("cachedInputMicrosPerMtok", price.cachedInputMicrosPerMtok())
        .put("outputMicrosPerMtok", price.outputMicrosPerMtok());
  }

  private static ObjectNode load(Load load) {
    return Answer.object()
        .put("inFlightWorkTokens", load.inFlightWorkTokens())
        .put("inFlightRequests", load.inFlightRequests())
        .put("queuedRequests", load.queuedRequests())
        .put("kvUsedPermille", load.kvUsedPermille())
        .put("ttftMillis", load.ttftMillis());
  }

  static ObjectNode of(RegionStatus status) {
    ObjectNode json =
        Answer.object()
            .put("region", status.region().value())
            .put("residency", status.residency())
            .put("health", word(status.health()))
            .put("heardAt", status.heardAt().toString())
            .put("control", status.control().isPresent() ? status.control().toString() : "");
    ArrayNode urls = json.putArray("edgeUrls");
    status.edgeUrls().forEach(urls::add);
    return json;
  }

  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
