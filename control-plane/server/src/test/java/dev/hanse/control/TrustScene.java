package dev.hanse.control;

import static dev.hanse.control.membership.Mesh.EU;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.policy.Composition;
import dev.hanse.attestation.policy.Rules;
import dev.hanse.attestation.simulated.SimulatedVerifier;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;

/** Nodes of acme in eu-west that run an image each, and policies about images. */
record TrustScene(Bench bench) {
  /** By when every edge has cut who fails. */
  static final Duration SOON = Duration.ofSeconds(5);

  static final Duration HOUR = Duration.ofHours(1);

  Enrolling.Enrolled enrolled(ControlGraph graph, String name, String measurement) {
    return new Enrolling(bench, graph).enrol(name, measurement);
  }

  ScriptedNode node(ControlGraph graph, String name, Enrolling.Enrolled enrolled) {
    return new ScriptedNode(bench, EU, name, EU, graph.rpc(), enrolled.identity());
  }

  ScriptedNode joined(ControlGraph graph, String name, Enrolling.Enrolled enrolled) {
    ScriptedNode node = node(graph, name, enrolled);
    node.join(1);
    await().until(() -> members(graph).contains(name));
    return node;
  }

  static Set<String> members(ControlGraph graph) {
    return Set.copyOf(
        Bench.get(graph.snapshot()).members().stream()
            .map(member -> member.member().id().name())
            .toList());
  }

  static JsonNode attestation(ControlGraph graph, String name) {
    return new AdminClient(graph.admin())
        .get("/admin/v1/nodes/acme." + name + "/attestation")
        .body();
  }

  static Instant expiry(JsonNode attestation) {
    return Instant.parse(attestation.path("expiresAt").asText());
  }

  /** Why a result was withdrawn, as operators see it; empty if it was not. */
  static String reasonOf(ControlGraph graph, Enrolling.Enrolled enrolled) {
    return StreamSupport.stream(RevocationIT.list(graph).spliterator(), false)
        .filter(one -> one.path("value").asText().equals(enrolled.evidenceDigest()))
        .findFirst()
        .map(one -> one.path("reason").asText())
        .orElse("");
  }

  Appraiser onlyImage(String image, long version, Duration resultLife) {
    return appraiser(
        version,
        resultLife,
        measurement ->
            measurement.equals(image)
                ? Optional.empty()
                : Optional.of(measurement + " is not " + image));
  }

  Appraiser appraiser(long version, Duration resultLife, Measured rules) {
    return bench.ca.appraiser(
        new AppraisalPolicy(
            "images",
            version,
            Set.of(SimulatedVerifier.TECHNOLOGY),
            List.of(rules),
            Composition.ANY,
            Duration.ofMinutes(2),
            Duration.ofSeconds(30),
            resultLife));
  }

  /** What is wrong with a measurement, or nothing. */
  interface Measured extends Rules {
    Optional<String> objection(String measurement);

    @Override
    default String technology() {
      return SimulatedVerifier.TECHNOLOGY;
    }

    @Override
    default void judge(VerifiedClaims claims, Instant at, Checks checks) {
      Optional<String> objection =
          objection(claims.statement().facts().getOrDefault("measurement", ""));
      checks.check(
          "measurement", objection.isEmpty(), Reason.MEASUREMENT, objection.orElse("as wanted"));
    }
  }
}
