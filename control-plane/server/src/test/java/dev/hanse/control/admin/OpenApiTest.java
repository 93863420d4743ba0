package dev.hanse.control.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hanse.control.access.JoinTokens;
import dev.hanse.control.market.Market;
import dev.hanse.control.market.MarketTerms;
import dev.hanse.control.membership.Mesh;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class OpenApiTest {
  private final JsonNode document = document();

  private static JsonNode document() {
    try {
      return new ObjectMapper().readTree(AdminApi.class.getResource("openapi.json"));
    } catch (IOException broken) {
      throw new IllegalStateException(broken);
    }
  }

  private static List<AdminApi.Route> routes() {
    return AdminApi.routes(
        new AdminApi.Subject(
            Mesh.membership(Mesh.EU),
            new Market(Mesh.EU, MarketTerms.DEFAULT, Mesh.START.wall()),
            new JoinTokens(List.of()),
            Future::succeededFuture,
            () -> 0,
            (id, drain) -> {},
            () -> Mesh.START,
            new Random(1)));
  }

  @Test
  void namesExactlyTheRoutesThereAre() {
    Set<String> described = new TreeSet<>();
    document
        .path("paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .fieldNames()
                .forEachRemaining(method ->
                    described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
    Set<String> served = new TreeSet<>(Set.of("GET /openapi.json"));
    routes().forEach(route -> served.add(route.method() + " " + route.path()));

    assertThat(described).isEqualTo(served);
  }

  @Test
  void wantsTheTokenWhereTheServerDoes() {
    for (AdminApi.Route route : routes()) {
      JsonNode operation =
          document
              .path("paths")
              .path(route.path())
              .path(route.method().name().toLowerCase(Locale.ROOT));
      assertThat(operation.has("security")).as(route.path()).isEqualTo(route.isOpen());
    }
  }

  @Test
  void refersOnlyToWhatItHas() {
    List<String> references = new ArrayList<>();
    document.findValues("$ref").forEach(reference -> references.add(reference.asText()));

    assertThat(document.path("openapi").asText()).isEqualTo("3.1.0");
    assertThat(references).isNotEmpty();
    assertThat(references)
        .allSatisfy(reference ->
            assertThat(document.at(reference.substring(1)).isMissingNode())
                .as(reference)
                .isFalse());
  }
}
