package dev.hanse.control.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.api.NodeId;
import dev.hanse.api.Revocation;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.membership.Moment;
import dev.hanse.control.membership.NodeResult;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What operators trust no more. */
final class TrustRoutes {
  private final Membership membership;
  private final Supplier<Future<Void>> durable;
  private final Supplier<Moment> clock;

  TrustRoutes(Membership membership, Supplier<Future<Void>> durable, Supplier<Moment> clock) {
    this.membership = membership;
    this.durable = durable;
    this.clock = clock;
  }

  Answer revocations(RoutingContext request) {
    List<Revocation> inForce =
        membership.denials().all().stream()
            .filter(one -> one.isInForceAt(clock.get().wall()))
            .toList();
    return Answer.ok(
        Page.of(request.queryParams())
            .of("revocations", inForce, Revocation::subject, TrustRoutes::json));
  }

  /** What was concluded of a node's evidence here, and the token that says so. */
  Answer attestation(RoutingContext request) {
    NodeId id = MeshRoutes.nodeId(request);
    NodeResult result =
        membership
            .denials()
            .newestOf(id)
            .orElseThrow(() ->
                new Refusal(
                    404, "attestation-unknown", "no evidence of " + id + " was appraised here"));
    ObjectNode json =
        Answer.object()
            .put("nodeId", id.toString())
            .put("technology", result.technology())
            .put("policy", result.policy())
            .put("issuedUnder", result.issuedUnder())
            .put("evidenceDigest", result.evidenceDigest())
            .put("expiresAt", result.expiresAt().toString())
            .put("token", result.token());
    ObjectNode facts = json.putObject("facts");
    new TreeMap<>(result.facts()).forEach(facts::put);
    return Answer.ok(json);
  }

  Future<Answer> decide(RoutingContext request) {
    StrictBody body = StrictBody.of(request, "kind", "value", "lift", "reason");
    Revocation.Kind kind = kind(body.name("kind"));
    String value = body.name("value");
    boolean lift = body.flag("lift");
    Optional<Revocation> decided;
    try {
      decided =
          membership
              .denials()
              .decide(kind, value, lift, Optional.empty(), body.name("reason"), clock.get().wall());
    } catch (IllegalArgumentException invalid) {
      throw Refusal.badField("value", String.valueOf(invalid.getMessage()));
    }
    Revocation stands =
        decided.orElseThrow(
            () -> new Refusal(507, "revocations-full", "there are too many revocations"));
    return durable
        .get()
        .map(Answer.ok(json(stands)))
        .recover(failure ->
            Future.failedFuture(
                new Refusal(
                    500,
                    "not-durable",
                    "it is in force, but could not be written to the data directory; see the"
                        + " log")));
  }

  private static Revocation.Kind kind(String word) {
    return Arrays.stream(Revocation.Kind.values())
        .filter(kind -> MemberJson.word(kind).equals(word))
        .findFirst()
        .orElseThrow(() ->
            Refusal.badField(
                "kind",
                "must be one of "
                    + Arrays.stream(Revocation.Kind.values())
                        .map(MemberJson::word)
                        .collect(Collectors.joining(", "))));
  }

  private static ObjectNode json(Revocation one) {
    ObjectNode json =
        Answer.object()
            .put("kind", MemberJson.word(one.kind()))
            .put("value", one.value())
            .put("lifted", one.lifted())
            .put("revision", one.revision())
            .put("at", one.at().toString())
            .put("reason", one.reason());
    one.expiresAt().ifPresent(end -> json.put("expiresAt", end.toString()));
    return json;
  }
}
