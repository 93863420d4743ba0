package dev.hanse.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hanse.api.Endpoint;
import dev.hanse.api.RegionId;
import dev.hanse.api.config.StrictYaml;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.policy.Composition;
import dev.hanse.attestation.tpm.CounterRules;
import dev.hanse.attestation.tpm.PcrRules;
import dev.hanse.attestation.tpm.TpmRules;
import dev.hanse.attestation.tpm.TpmVerifier;
import dev.hanse.attestation.tpm.activation.EndorsementTrust;
import dev.hanse.control.ControlClock;
import dev.hanse.control.ControlConfig;
import dev.hanse.control.ControlGraph;
import dev.hanse.control.identity.MeshAuthority;
import dev.hanse.control.ledger.Ledger;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.store.FileLedger;
import dev.hanse.control.store.MemoryLedger;
import dev.hanse.control.workflow.TpmActivations;
import dev.hanse.control.workflow.TpmMemory;
import dev.hanse.node.identity.KeySource;
import dev.hanse.node.identity.Trust;
import dev.hanse.node.identity.collect.TpmCollector;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node on a live TPM: enrols, serves, is refused once its registers change, and comes back. */
class LiveTpmIT {
  private static final String ADMIN_TOKEN = "an-admin-token-for-tests";
  private static final RegionId EU = new RegionId("eu-west");

  /** How long one quote is good for here: renewal comes at two thirds of it. */
  private static final Duration RESULT = Duration.ofSeconds(9);

  private final Vertx vertx = Vertx.vertx();
  private final SecureRandom random = new SecureRandom();
  private TpmMemory memory = TpmMemory.trustingNobody(Duration.ofMinutes(5));
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void stop() throws Exception {
    get(vertx.close());
  }

  @Test
  void servesWhileItsQuotesHoldAndOnlyThen() throws Exception {
    // Socket paths have at most 107 bytes: the build's own folder may be deeper.
    Path folder = Files.createTempDirectory("hanse-tpm");
    try (SoftwareTpm tpm = SoftwareTpm.start(folder);
        TpmCollector collector = new TpmCollector(tpm.location(), Optional.empty())) {
      memory = believing(tpm.endorsementKeyName());
      MeshAuthority mesh = MeshAuthority.create("hanse.internal", Clock.systemUTC(), random);
      Map<Integer, Set<Bytes>> registers = tpm.registers();
      ControlGraph control =
          control(
              ControlConfig.local(EU, ADMIN_TOKEN),
              new MemoryLedger(),
              mesh,
              appraiser(1, registers, true));
      NodeGraph node = node(mesh, control, collector);
      String key = key(control);

      await().atMost(Duration.ofSeconds(20)).until(() -> chat(node, key) == 200);
      assertThat(attestation(control)).isEqualTo("tpm2");

      // Neither nonce nor activation is asked for again.
      ControlGraph.Rejudged judged = get(control.appraiseBy(appraiser(2, registers, true)));
      assertThat(judged.standing()).isPositive();
      assertThat(judged.withdrawn()).isZero();
      assertThat(chat(node, key)).isEqualTo(200);

      collector.release();
      tpm.extend(4);

      await().atMost(Duration.ofSeconds(40)).until(() -> !node.isReady());
      await().atMost(Duration.ofSeconds(20)).until(() -> chat(node, key) != 200);

      collector.release();
      get(control.appraiseBy(appraiser(3, tpm.registers(), true)));

      await().atMost(Duration.ofSeconds(60)).until(() -> node.isReady() && chat(node, key) == 200);
      get(node.close());
      get(control.close());
    } finally {
      delete(folder);
    }
  }

  @Test
  void aControlPlaneThatComesBackStillKnowsWhatATpmSaidLast(@TempDir Path data) throws Exception {
    Path folder = Files.createTempDirectory("hanse-tpm");
    try (SoftwareTpm tpm = SoftwareTpm.start(folder);
        TpmCollector collector = new TpmCollector(tpm.location(), Optional.empty())) {
      Bytes endorsement = tpm.endorsementKeyName();
      memory = believing(endorsement);
      byte[] earlier = tpm.state();
      tpm.restart(earlier);
      var _ = tpm.registers();
      tpm.restart(tpm.state());
      Map<Integer, Set<Bytes>> registers = tpm.registers();
      MeshAuthority mesh = MeshAuthority.create("hanse.internal", Clock.systemUTC(), random);
      ControlConfig config = ControlConfig.local(EU, ADMIN_TOKEN);
      ControlGraph first =
          control(config, FileLedger.open(data), mesh, appraiser(1, registers, false));
      NodeGraph node = node(mesh, first, collector);
      String key = key(first);
      await().atMost(Duration.ofSeconds(20)).until(() -> chat(node, key) == 200);
      Endpoint rpc = first.rpc();
      get(first.close());

      memory = believing(endorsement);
      ControlGraph next =
          control(
              config.withListen(rpc), FileLedger.open(data), mesh, appraiser(1, registers, false));
      ControlGraph.Rejudged judged = get(next.appraiseBy(appraiser(2, registers, false)));

      assertThat(judged.standing()).isPositive();
      assertThat(chat(node, key)).isEqualTo(200);

      collector.release();
      byte[] latest = tpm.state();
      tpm.restart(earlier);

      await().atMost(Duration.ofSeconds(40)).until(() -> !node.isReady());

      collector.release();
      tpm.restart(latest);

      await().atMost(Duration.ofSeconds(60)).until(node::isReady);
      get(node.close());
      get(next.close());
    } finally {
      delete(folder);
    }
  }

  private Appraiser appraiser(long version, Map<Integer, Set<Bytes>> registers, boolean sameBoot) {
    return new Appraiser(
        List.of(new TpmVerifier(memory.keys())),
        new AppraisalPolicy(
            "tpm",
            version,
            Set.of(TpmVerifier.TECHNOLOGY),
            List.of(
                TpmRules.strict()
                    .withPcrs(PcrRules.FIRMWARE.withReference(registers))
                    .withCounters(new CounterRules(memory.counters(), sameBoot))),
            Composition.ANY,
            Duration.ofMinutes(2),
            Duration.ofSeconds(30),
            RESULT));
  }

  private static TpmMemory believing(Bytes endorsementKey) {
    return TpmMemory.lasting(
        Duration.ofMinutes(5),
        new EndorsementTrust(List.of(), List.of(), Set.of(endorsementKey), Optional.empty()));
  }

  private ControlGraph control(
      ControlConfig config, Ledger ledger, MeshAuthority mesh, Appraiser appraiser)
      throws Exception {
    return get(
        ControlGraph.start(
            vertx,
            config,
            new ControlGraph.Parts(
                mesh.region(EU),
                appraiser,
                new TpmActivations(memory.trust(), memory.keys(), random),
                new RollbackFloors(),
                memory,
                ledger,
                ControlClock.system(),
                ControlMetrics.NONE)));
  }

  private NodeGraph node(MeshAuthority mesh, ControlGraph control, TpmCollector collector)
      throws Exception {
    String token =
        admin(control, "join-tokens", new JsonObject().put("provider", "acme")).getString("token");
    NodeConfig config =
        StrictYaml.read(
            """
            region: eu-west
            provider: acme
            name: gpu-1
            listen: 127.0.0.1:0
            edge:
              port: 0
            engines:
              - dialect: simulated
                models:
                  - id: test/model
                    context-tokens: 8192
                    price: {input: 1, output: 2}
            """,
            NodeConfig.class,
            Map.of(),
            Map.of(
                "control.addresses",
                "[\"" + control.rpc() + "\"]",
                "control.root-fingerprint",
                "00".repeat(32),
                "control.join-token",
                token));
    return get(
        NodeGraph.start(
            vertx,
            config,
            new NodeGraph.Parts(
                collector,
                KeySource.fresh(random),
                new Trust.Bundle(List.of(mesh.root())),
                Clock.systemUTC(),
                new Random(1))));
  }

  private String key(ControlGraph control) throws Exception {
    return admin(control, "keys", new JsonObject().put("tenant", "test")).getString("key");
  }

  private int chat(NodeGraph node, String key) throws Exception {
    return http.send(
            HttpRequest.newBuilder(
                    URI.create(
                        "http://127.0.0.1:"
                            + node.edgePort().orElseThrow()
                            + "/v1/chat/completions"))
                .timeout(Duration.ofSeconds(20))
                .header("authorization", "Bearer " + key)
                .header("content-type", "application/json")
                .POST(
                    BodyPublishers.ofString(
                        """
                        {"model":"test/model","max_tokens":4,
                         "messages":[{"role":"user","content":"hello"}]}
                        """))
                .build(),
            BodyHandlers.discarding())
        .statusCode();
  }

  private String attestation(ControlGraph control) throws Exception {
    return get(control.snapshot()).members().getFirst().member().attestation().technology();
  }

  private JsonObject admin(ControlGraph control, String path, JsonObject body) throws Exception {
    Endpoint admin = control.admin();
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create("http://" + admin + "/admin/v1/" + path))
                .header("authorization", "Bearer " + ADMIN_TOKEN)
                .POST(BodyPublishers.ofString(body.encode()))
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(201);
    return new JsonObject(answer.body());
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static void delete(Path folder) throws Exception {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }
}
