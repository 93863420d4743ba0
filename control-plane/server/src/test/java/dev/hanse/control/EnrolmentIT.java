package dev.hanse.control;

import static dev.hanse.control.membership.Mesh.EU;
import static dev.hanse.control.membership.Mesh.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.api.enroll.v1.EnrollResponse;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.ear.Ear;
import dev.hanse.attestation.ear.EarReading;
import dev.hanse.attestation.ear.EarVerifier;
import dev.hanse.control.identity.CertificateLife;
import dev.hanse.control.store.MemoryLedger;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Enrolment where it meets the rest: tokens of the admin API, identities the members use. */
class EnrolmentIT {
  private final Bench bench = new Bench();

  @AfterEach
  void stop() {
    bench.close();
  }

  private EnrollResponse enrol(ControlGraph graph, String joinToken) {
    return enrol(bench, graph, joinToken);
  }

  /** Enrols gpu-1 of acme. */
  static EnrollResponse enrol(Bench bench, ControlGraph graph, String joinToken) {
    return new Enrolling(bench, graph).answer(TestCa.key(), "gpu-1", "test", joinToken);
  }

  static String joinToken(ControlGraph graph, String provider) {
    return new AdminClient(graph.admin())
        .post("/admin/v1/join-tokens", "{\"provider\":\"" + provider + "\"}")
        .body()
        .path("token")
        .asText();
  }

  @Test
  void enrolsWithATokenOfTheAdminApi() {
    MemoryLedger ledger = new MemoryLedger();
    ControlGraph eu = bench.start(Bench.config(EU), ledger);

    EnrollResponse response = enrol(eu, joinToken(eu, "acme"));

    assertThat(response.getIdentity().getNodeId()).isEqualTo("acme.gpu-1");
    await().until(() -> ledger.load().remembered().attestations().containsKey(node("gpu-1")));
  }

  @Test
  void keepsTheResultAsATokenThatAnybodyWithTheChainCanCheck() throws Exception {
    ControlGraph eu = bench.start(Bench.config(EU), new MemoryLedger());
    EnrollResponse response = enrol(eu, joinToken(eu, "acme"));

    JsonNode kept =
        new AdminClient(eu.admin()).get("/admin/v1/nodes/acme.gpu-1/attestation").body();

    X509Certificate regionCa =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(response.getIdentity().getCertificateChainDer(1).newInput());
    EarVerifier edge =
        new EarVerifier(
            "spiffe://hanse.internal/region/eu-west/control",
            List.of(regionCa.getPublicKey()),
            "hanse.internal",
            Duration.ofSeconds(5));
    EarReading reading = edge.read(kept.path("token").asText(), Instant.now());
    assertThat(reading).isInstanceOf(EarReading.Good.class);
    Ear ear = ((EarReading.Good) reading).ear();
    assertThat(ear.subject())
        .isEqualTo("spiffe://hanse.internal/region/eu-west/provider/acme/node/gpu-1");
    assertThat(ear.level()).isEqualTo(Level.SIMULATED);
    assertThat(ear.parts().getFirst().evidenceDigest().hex())
        .isEqualTo(kept.path("evidenceDigest").asText());
    assertThat(ear.policy()).isEqualTo(kept.path("policy").asText());
  }

  @Test
  void refusesAnotherProvidersTokenAndARevokedOne() {
    ControlGraph eu = bench.start(Bench.config(EU), new MemoryLedger());
    String token = joinToken(eu, "acme");
    String id = token.substring(3, 15);
    new AdminClient(eu.admin()).delete("/admin/v1/join-tokens/" + id);

    assertThat(enrol(eu, token).getRefusal().getCode()).isEqualTo("join-token-invalid");
    assertThat(enrol(eu, joinToken(eu, "rival")).hasIdentity()).isFalse();
  }

  @Test
  void renewsItsOwnIdentityBeforeItExpires() {
    ControlGraph eu =
        bench.start(
            Bench.config(EU),
            new MemoryLedger(),
            bench.ca.region(EU).issuing(new CertificateLife(Duration.ofSeconds(3))));
    Instant end = Instant.now().plusSeconds(4);
    await().until(() -> Instant.now().isAfter(end));

    ScriptedNode node = bench.node(EU, "gpu-1", eu.rpc());
    node.join(7);

    await().until(() -> node.answers().stream().anyMatch(answer -> answer.hasLease()));
  }
}
