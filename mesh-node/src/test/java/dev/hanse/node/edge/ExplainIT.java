package dev.hanse.node.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hanse.api.AttestationLevel;
import dev.hanse.node.edge.RawClient.Response;
import dev.hanse.node.routing.AttestationDemand;
import dev.hanse.node.routing.PlacementRequest;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@code /hanse/v1/explain} over a socket. */
final class ExplainIT {
  private static final String PATH = "/hanse/v1/explain";

  private static Response ask(EdgeUnderTest edge, String path, String key, String body)
      throws Exception {
    try (RawClient client = edge.connect()) {
      return client
          .post(path, key, body.getBytes(StandardCharsets.UTF_8), "x-hanse-sort: price")
          .response();
    }
  }

  @Test
  void answersWithTheStepsOfTheVeryRequest() throws Exception {
    try (EdgeUnderTest edge = EdgeUnderTest.start()) {
      Response response = ask(edge, PATH, EdgeUnderTest.KEY, EdgeUnderTest.CHAT);

      assertThat(response.status()).isEqualTo(200);
      JsonNode json = new ObjectMapper().readTree(response.body());
      JsonNode step = json.path("steps").path(0);
      assertThat(json.path("chosen").asText()).isEqualTo(ScriptedServing.NODE.id().toString());
      assertThat(step.path("verdict").asText()).isEqualTo("chosen");
      assertThat(step.path("share").asDouble()).isEqualTo(0.25);
      assertThat(step.path("epoch").asLong()).isEqualTo(7);
      assertThat(step.path("price_micro_usd_per_mtok").path("input").asLong()).isEqualTo(100_000);
      PlacementRequest asked = edge.explained.take();
      assertThat(asked.constraints().providers().sort()).isPresent();
      assertThat(json.path("prefix_hash").asText())
          .isEqualTo(String.format("%016x", asked.chain().key()));
      assertNothingIsHeld(edge);
    }
  }

  @Test
  void explainsWhatTheEdgeDemandsOfNodesTogetherWithWhatTheRequestDoes() throws Exception {
    try (EdgeUnderTest edge =
        EdgeUnderTest.start("attestation.every", "tpm", "attestation.technologies.every", "tpm2")) {
      assertThat(ask(edge, PATH, EdgeUnderTest.KEY, EdgeUnderTest.CHAT).status()).isEqualTo(200);

      assertThat(edge.explained.take().constraints().attestation())
          .isEqualTo(
              new AttestationDemand(
                  Optional.of(AttestationLevel.TPM), Optional.of(Set.of("tpm2"))));
    }
  }

  @Test
  void takesAPrefixHashInPlaceOfThePromptsOwn() throws Exception {
    try (EdgeUnderTest edge = EdgeUnderTest.start()) {
      assertThat(
              ask(edge, PATH + "?prefix_hash=ff", EdgeUnderTest.KEY, EdgeUnderTest.CHAT).status())
          .isEqualTo(200);
      assertThat(edge.explained.take().chain().key()).isEqualTo(255);
    }
  }

  @Test
  void refusesWhoMayNotAskAndWhatCannotBeRead() throws Exception {
    try (EdgeUnderTest edge = EdgeUnderTest.start()) {
      assertThat(ask(edge, PATH, EdgeUnderTest.REVOKED, EdgeUnderTest.CHAT).status())
          .isEqualTo(401);
      assertThat(ask(edge, PATH, EdgeUnderTest.NARROW, EdgeUnderTest.CHAT).status()).isEqualTo(403);
      assertThat(ask(edge, PATH, EdgeUnderTest.KEY, "{").status()).isEqualTo(400);
      assertThat(
              ask(edge, PATH + "?operation=sing", EdgeUnderTest.KEY, EdgeUnderTest.CHAT).status())
          .isEqualTo(400);
      assertThat(ask(edge, PATH + "?prefix_hash=xyz", EdgeUnderTest.KEY, EdgeUnderTest.CHAT).body())
          .contains("prefix_hash");
      try (RawClient client = edge.connect()) {
        assertThat(client.get(PATH).response().status()).isEqualTo(405);
      }
      assertThat(edge.explained).isEmpty();
      assertNothingIsHeld(edge);
    }
  }

  private static void assertNothingIsHeld(EdgeUnderTest edge) {
    assertThat(edge.server.gate().inFlight()).isZero();
    assertThat(edge.server.gate().heldBytes()).isZero();
  }
}
