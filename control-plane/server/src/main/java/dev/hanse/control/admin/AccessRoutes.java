package dev.hanse.control.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.api.ClientKey;
import dev.hanse.api.ModelId;
import dev.hanse.control.access.Credential;
import dev.hanse.control.access.JoinToken;
import dev.hanse.control.access.JoinTokens;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.membership.Moment;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** Client keys and join tokens. A change is answered once it is durable. */
final class AccessRoutes {
  private static final int MAX_MODELS = 256;
  private static final Duration TOKEN_LIFE = Duration.ofHours(24);
  private static final Duration LONGEST_TOKEN_LIFE = Duration.ofDays(30);

  private final Membership membership;
  private final JoinTokens joinTokens;
  private final Supplier<Future<Void>> durable;
  private final Supplier<Moment> clock;
  private final RandomGenerator random;

  AccessRoutes(
      Membership membership,
      JoinTokens joinTokens,
      Supplier<Future<Void>> durable,
      Supplier<Moment> clock,
      RandomGenerator random) {
    this.membership = membership;
    this.joinTokens = joinTokens;
    this.durable = durable;
    this.clock = clock;
    this.random = random;
  }

  Answer keys(RoutingContext request) {
    return Answer.ok(
        Page.of(request.queryParams())
            .of("keys", membership.clientKeys(), ClientKey::keyId, AccessRoutes::json));
  }

  Future<Answer> createKey(RoutingContext request) {
    StrictBody body =
        StrictBody.of(
            request, "tenant", "models", "requestsPerMinute", "tokensPerMinute", "expiresAt");
    Credential credential = Credential.mint("hk", random);
    ClientKey key =
        new ClientKey(
            credential.id(),
            credential.sha256Hex(),
            body.name("tenant"),
            models(body),
            body.count("requestsPerMinute"),
            body.count("tokensPerMinute"),
            body.instant("expiresAt"),
            false,
            1);
    if (key.expiresAt().isPresent() && !key.expiresAt().get().isAfter(clock.get().wall())) {
      throw Refusal.badField("expiresAt", "must be in the future");
    }
    if (!membership.put(key)) {
      throw new Refusal(507, "keys-full", "the mesh has all the keys it may have");
    }
    return durable
        .get()
        .map(done -> new Answer(201, json(key).put("key", credential.text())))
        .recover(failure -> {
          // Nobody was told the key: let no edge honour what a restart would forget.
          membership.put(revoked(key));
          return Future.failedFuture(notDurable());
        });
  }

  private static Set<ModelId> models(StrictBody body) {
    try {
      return body.texts("models", MAX_MODELS).stream()
          .map(ModelId::new)
          .collect(Collectors.toSet());
    } catch (IllegalArgumentException invalid) {
      throw Refusal.badField("models", String.valueOf(invalid.getMessage()));
    }
  }

  Future<Answer> revokeKey(RoutingContext request) {
    String keyId = PathParam.of(request, "keyId");
    ClientKey key =
        membership
            .clientKey(keyId)
            .orElseThrow(() -> new Refusal(404, "key-unknown", "there is no such key"));
    ClientKey revoked = key.revoked() ? key : revoked(key);
    membership.put(revoked);
    return durable(Answer.ok(json(revoked)));
  }

  private static ClientKey revoked(ClientKey key) {
    return new ClientKey(
        key.keyId(),
        key.secretSha256Hex(),
        key.tenant(),
        key.models(),
        key.requestsPerMinute(),
        key.tokensPerMinute(),
        key.expiresAt(),
        true,
        key.revision() + 1);
  }

  private static ObjectNode json(ClientKey key) {
    ObjectNode json = Answer.object().put("keyId", key.keyId()).put("tenant", key.tenant());
    ArrayNode models = json.putArray("models");
    key.models().stream().sorted().forEach(model -> models.add(model.value()));
    json.put("requestsPerMinute", key.requestsPerMinute())
        .put("tokensPerMinute", key.tokensPerMinute());
    key.expiresAt().ifPresent(at -> json.put("expiresAt", at.toString()));
    return json.put("revoked", key.revoked()).put("revision", key.revision());
  }

  Answer joinTokens(RoutingContext request) {
    List<JoinToken> all = joinTokens.all();
    return Answer.ok(
        Page.of(request.queryParams())
            .of("joinTokens", all, JoinToken::tokenId, AccessRoutes::json));
  }

  Future<Answer> createJoinToken(RoutingContext request) {
    StrictBody body = StrictBody.of(request, "provider", "expiresIn");
    Duration life = body.duration("expiresIn").orElse(TOKEN_LIFE);
    if (life.compareTo(LONGEST_TOKEN_LIFE) > 0) {
      throw Refusal.badField("expiresIn", "must be at most 30d");
    }
    JoinTokens.Issued issued =
        issue(body.name("provider"), life)
            .orElseThrow(
                () -> new Refusal(507, "join-tokens-full", "there are too many join tokens"));
    return durable(new Answer(201, json(issued.token()).put("token", issued.credential().text())));
  }

  private Optional<JoinTokens.Issued> issue(String provider, Duration life) {
    try {
      return joinTokens.issue(provider, life, clock.get().wall(), random);
    } catch (IllegalArgumentException invalid) {
      throw Refusal.badField("provider", String.valueOf(invalid.getMessage()));
    }
  }

  Future<Answer> revokeJoinToken(RoutingContext request) {
    JoinToken revoked =
        joinTokens
            .revoke(PathParam.of(request, "tokenId"))
            .orElseThrow(
                () -> new Refusal(404, "join-token-unknown", "there is no such join token"));
    return durable(Answer.ok(json(revoked)));
  }

  private static ObjectNode json(JoinToken token) {
    return Answer.object()
        .put("tokenId", token.tokenId())
        .put("provider", token.provider())
        .put("createdAt", token.createdAt().toString())
        .put("expiresAt", token.expiresAt().toString())
        .put("revoked", token.revoked());
  }

  private Future<Answer> durable(Answer answer) {
    return durable.get().map(answer).recover(failure -> Future.failedFuture(notDurable()));
  }

  private static Refusal notDurable() {
    return new Refusal(
        500, "not-durable", "the change could not be written to the data directory; see the log");
  }
}
