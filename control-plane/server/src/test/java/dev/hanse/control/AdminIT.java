package dev.hanse.control;

import static dev.hanse.control.membership.Mesh.EU;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.api.ClientKey;
import dev.hanse.control.AdminClient.Reply;
import dev.hanse.control.access.Credential;
import dev.hanse.control.ledger.LedgerException;
import dev.hanse.control.store.MemoryLedger;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminIT {
  private final Bench bench = new Bench();
  private ControlGraph eu;
  private AdminClient admin;

  @BeforeEach
  void start() {
    eu = bench.start(Bench.config(EU), new MemoryLedger());
    admin = new AdminClient(eu.admin());
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private void join(String name) {
    ScriptedNode node = bench.node(EU, name, eu.rpc());
    node.join(7);
    await().until(() -> !node.answers().isEmpty());
  }

  private static void assertRefused(Reply reply, int status, String code, String field) {
    assertThat(reply.status()).as(reply.body().toString()).isEqualTo(status);
    assertThat(reply.code()).isEqualTo(code);
    assertThat(reply.field()).isEqualTo(field);
    assertThat(reply.body().path("error").path("message").asText()).isNotBlank();
  }

  @Test
  void tellsHowItIs() {
    join("gpu-1");

    JsonNode status = admin.get("/admin/v1/status").body();

    assertThat(status.path("region").asText()).isEqualTo("eu-west");
    assertThat(status.path("epoch").asLong()).isPositive();
    assertThat(status.path("version").asLong()).isPositive();
    assertThat(status.path("members").path("ready").asInt()).isEqualTo(1);
    assertThat(status.path("regions").path(0).path("health").asText()).isEqualTo("ready");
    assertThat(status.path("watchers").asInt()).isZero();
  }

  @Test
  void listsNodesByRegionAndPage() {
    join("gpu-1");
    join("gpu-2");

    assertThat(admin.get("/admin/v1/nodes").body().path("nodes")).hasSize(2);
    assertThat(admin.get("/admin/v1/nodes?region=us-east").body().path("nodes")).isEmpty();
    JsonNode first = admin.get("/admin/v1/nodes?limit=1").body();
    assertThat(first.path("nodes").path(0).path("nodeId").asText()).isEqualTo("acme.gpu-1");
    assertThat(first.path("next").asText()).isEqualTo("acme.gpu-1");
    JsonNode rest = admin.get("/admin/v1/nodes?limit=1&after=acme.gpu-1").body();
    assertThat(rest.path("nodes").path(0).path("nodeId").asText()).isEqualTo("acme.gpu-2");
    assertThat(rest.has("next")).isFalse();
  }

  @Test
  void showsEverythingOfANode() {
    join("gpu-1");

    JsonNode node = admin.get("/admin/v1/nodes/acme.gpu-1").body();

    assertThat(node.path("provider").asText()).isEqualTo("acme");
    assertThat(node.path("roles")).extracting(JsonNode::asText).containsExactly("edge", "provider");
    assertThat(node.path("state").asText()).isEqualTo("ready");
    assertThat(node.path("simulated").asBoolean()).isTrue();
    assertThat(node.path("address").asText()).isEqualTo("127.0.0.1:9000");
    assertThat(node.path("attestation").path("technology").asText()).isEqualTo("simulated");
    assertThat(node.path("offers").path(0).path("price").path("outputMicrosPerMtok").asLong())
        .isEqualTo(200);
    assertThat(node.path("capacity").path("workTokens").asLong()).isEqualTo(1000);
    assertThat(node.path("leaseRemainingMillis").asLong()).isBetween(1L, 2500L);
  }

  @Test
  void makesAKeyOnceAndStoresItsHash() {
    Reply made =
        admin.post(
            "/admin/v1/keys",
            """
            {"tenant":"acme","models":["llama"],"requestsPerMinute":60,"tokensPerMinute":9000,
             "expiresAt":"2999-01-01T00:00:00Z"}\
            """);

    assertThat(made.status()).isEqualTo(201);
    String key = made.body().path("key").asText();
    assertThat(key).matches("hk-[a-z2-7]{12}-[A-Za-z0-9_-]{43}");
    ClientKey stored = Bench.get(eu.snapshot()).keys().getFirst();
    assertThat(key).startsWith("hk-" + stored.keyId() + "-");
    assertThat(stored.secretSha256Hex()).isEqualTo(Credential.sha256Hex(key));
    assertThat(stored.expiresAt()).contains(Instant.parse("2999-01-01T00:00:00Z"));
    assertThat(stored.requestsPerMinute()).isEqualTo(60);
    JsonNode listed = admin.get("/admin/v1/keys").body();
    assertThat(listed.path("keys").path(0).path("tenant").asText()).isEqualTo("acme");
    assertThat(listed.toString()).doesNotContain(key.substring(16));
  }

  @Test
  void revokesAKeyAsOftenAsAsked() {
    String keyId =
        admin.post("/admin/v1/keys", "{\"tenant\":\"acme\"}").body().path("keyId").asText();

    assertThat(admin.delete("/admin/v1/keys/" + keyId).body().path("revoked").asBoolean()).isTrue();
    assertThat(admin.delete("/admin/v1/keys/" + keyId).body().path("revision").asInt())
        .isEqualTo(2);

    assertThat(Bench.get(eu.snapshot()).keys().getFirst().revoked()).isTrue();
    assertRefused(admin.delete("/admin/v1/keys/nosuch"), 404, "key-unknown", "");
  }

  @Test
  void makesAndRevokesJoinTokens() {
    Reply made =
        admin.post("/admin/v1/join-tokens", "{\"provider\":\"acme\",\"expiresIn\":\"30m\"}");
    assertThat(made.status()).isEqualTo(201);
    String token = made.body().path("token").asText();
    assertThat(eu.providerOf(token)).contains("acme");

    String id = made.body().path("tokenId").asText();
    assertThat(admin.delete("/admin/v1/join-tokens/" + id).status()).isEqualTo(200);

    assertThat(eu.providerOf(token)).isEmpty();
    JsonNode listed = admin.get("/admin/v1/join-tokens").body().path("joinTokens");
    assertThat(listed.path(0).path("revoked").asBoolean()).isTrue();
    assertThat(listed.toString()).doesNotContain(token.substring(16));
    assertRefused(admin.delete("/admin/v1/join-tokens/x"), 404, "join-token-unknown", "");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"tenant\":\"a\",\"modells\":[]} | field-unknown | modells",
        "{} | field-missing | tenant",
        "{\"tenant\":\"\"} | field-invalid | tenant",
        "{\"tenant\":7} | field-invalid | tenant",
        "{\"tenant\":\"a\",\"models\":\"llama\"} | field-invalid | models",
        "{\"tenant\":\"a\",\"models\":[\"with space\"]} | field-invalid | models",
        "{\"tenant\":\"a\",\"requestsPerMinute\":-1} | field-invalid | requestsPerMinute",
        "{\"tenant\":\"a\",\"requestsPerMinute\":1.5} | field-invalid | requestsPerMinute",
        "{\"tenant\":\"a\",\"tokensPerMinute\":1e99} | field-invalid | tokensPerMinute",
        "{\"tenant\":\"a\",\"expiresAt\":\"tomorrow\"} | field-invalid | expiresAt",
        "{\"tenant\":\"a\",\"expiresAt\":\"2001-01-01T00:00:00Z\"} | field-invalid | expiresAt"
      })
  void refusesAKeyThatIsNotOneNamingTheField(String body, String code, String field) {
    assertRefused(admin.post("/admin/v1/keys", body), 400, code, field);
    assertThat(Bench.get(eu.snapshot()).keys()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "[]",
        "{\"tenant\":\"a\"} {}",
        "{\"tenant\":\"a\",\"tenant\":\"b\"}",
        "{\"tenant\":[[[[[[[[[[[[]]]]]]]]]]]]}"
      })
  void refusesABodyThatIsNotOneObject(String body) {
    assertRefused(admin.post("/admin/v1/keys", body), 400, "json-invalid", "");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"provider\":\"ACME\"} | provider",
        "{\"provider\":\"acme\",\"expiresIn\":\"soon\"} | expiresIn",
        "{\"provider\":\"acme\",\"expiresIn\":\"31d\"} | expiresIn"
      })
  void refusesAJoinTokenThatIsNotOne(String body, String field) {
    assertRefused(admin.post("/admin/v1/join-tokens", body), 400, "field-invalid", field);
  }

  @Test
  void refusesUnknownNodesAndNamesThatAreNone() {
    assertRefused(admin.get("/admin/v1/nodes/acme.ghost"), 404, "node-unknown", "");
    assertRefused(admin.get("/admin/v1/nodes/ghost"), 400, "field-invalid", "nodeId");
    assertRefused(
        admin.get("/admin/v1/nodes/acme.ghost/attestation"), 404, "attestation-unknown", "");
    assertRefused(admin.get("/admin/v1/nodes/ghost/attestation"), 400, "field-invalid", "nodeId");
    assertRefused(
        admin.post("/admin/v1/nodes/acme.ghost/drain", "{\"drain\":true}"),
        404,
        "node-unknown",
        "");
    assertRefused(
        admin.post("/admin/v1/nodes/acme.ghost/drain", "{\"drain\":\"yes\"}"),
        400,
        "field-invalid",
        "drain");
    assertRefused(admin.get("/admin/v1/nodes?region=!"), 400, "field-invalid", "region");
    assertRefused(admin.get("/admin/v1/nodes?regoin=eu"), 400, "query-unknown", "regoin");
    assertRefused(admin.get("/admin/v1/nodes?limit=0"), 400, "field-invalid", "limit");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer ", "Bearer wrong", "Basic x", "bearer"})
  void refusesWhoShowsNoToken(String authorization) {
    AdminClient stranger = new AdminClient(eu.admin(), authorization);

    for (String path : List.of("status", "nodes", "keys", "join-tokens", "nosuch")) {
      assertRefused(stranger.get("/admin/v1/" + path), 401, "unauthorized", "");
    }
    assertRefused(stranger.post("/admin/v1/keys", "{\"tenant\":\"a\"}"), 401, "unauthorized", "");
    assertThat(Bench.get(eu.snapshot()).keys()).isEmpty();
  }

  @Test
  void answersProbesAndTheDocumentToAnybody() {
    AdminClient anybody = new AdminClient(eu.admin(), "");

    assertThat(anybody.get("/healthz").status()).isEqualTo(200);
    assertThat(anybody.get("/readyz").status()).isEqualTo(200);
    assertThat(anybody.get("/openapi.json").body().path("openapi").asText()).isEqualTo("3.1.0");
  }

  @Test
  void refusesABodyAbove64KiB() {
    String body = "{\"tenant\":\"" + "x".repeat(64 * 1024) + "\"}";

    assertRefused(admin.post("/admin/v1/keys", body), 413, "body-too-large", "");
  }

  @Test
  void saysWhatIsWrongWithPathAndMethod() {
    assertRefused(admin.get("/admin/v1/nosuch"), 404, "path-unknown", "");
    assertRefused(admin.delete("/admin/v1/status"), 405, "method-not-allowed", "");
  }

  @Test
  void doesNotClaimWhatItCouldNotMakeDurable() {
    MemoryLedger failing = new FailingLedger();
    ControlGraph other = bench.start(Bench.config(EU), failing);

    Reply made = new AdminClient(other.admin()).post("/admin/v1/keys", "{\"tenant\":\"a\"}");

    assertRefused(made, 500, "not-durable", "");
    assertThat(Bench.get(other.snapshot()).keys()).allMatch(ClientKey::revoked);
  }

  /** A disk that takes no keys. */
  private static final class FailingLedger extends MemoryLedger {
    @Override
    public CompletionStage<Void> saveKeys(List<ClientKey> keys) {
      return CompletableFuture.failedStage(new LedgerException("disk full"));
    }
  }
}
