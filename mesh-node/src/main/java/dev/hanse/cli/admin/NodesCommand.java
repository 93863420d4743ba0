package dev.hanse.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.cli.Table;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hanse nodes}: every node a control plane knows, its own region's and the others'. */
@Command(
    name = "nodes",
    description = "Lists the nodes of the mesh.",
    mixinStandardHelpOptions = true)
public final class NodesCommand implements Callable<Integer> {
  private static final double MICROS = 1_000_000;

  @Spec private CommandSpec spec;
  @Mixin private AdminOptions options;

  @Option(names = "--region", description = "Only nodes of this region.")
  private @Nullable String region;

  @Override
  public Integer call() throws Exception {
    String query =
        region == null ? "" : "?region=" + URLEncoder.encode(region, StandardCharsets.UTF_8);
    JsonNode answer = options.client().get("/admin/v1/nodes" + query);
    PrintWriter out = spec.commandLine().getOut();
    if (options.printedAsJson(answer, out)) {
      return 0;
    }
    Table table =
        new Table(
            "NODE",
            "REGION",
            "ROLES",
            "STATE",
            "ENGINE",
            "ATTESTED",
            "IN-FLIGHT>",
            "QUEUE>",
            "KV>",
            "USD/MTOK IN/OUT",
            "MODELS");
    for (JsonNode node : answer.path("nodes")) {
      JsonNode load = node.path("load");
      table.row(
          node.path("nodeId").asText(),
          node.path("region").asText(),
          String.join("+", AdminClient.texts(node.path("roles"))).toLowerCase(Locale.ROOT),
          node.path("state").asText().toLowerCase(Locale.ROOT),
          dashIfBlank(node.path("engine").asText()),
          attested(node.path("attestation")),
          load.path("inFlightWorkTokens").asLong() + " tok",
          load.path("queuedRequests").asLong(),
          Math.round(load.path("kvUsedPermille").asLong() / 10.0) + " %",
          dashIfBlank(prices(node.path("offers"))),
          dashIfBlank(models(node.path("offers"))));
    }
    table.print(out);
    return 0;
  }

  /** Level and technology, where they differ in name. */
  private static String attested(JsonNode attestation) {
    String level = attestation.path("level").asText();
    String technology = attestation.path("technology").asText();
    return level.equals(technology) ? level : level + " " + technology;
  }

  private static String models(JsonNode offers) {
    List<String> models = new ArrayList<>();
    offers.forEach(offer -> models.add(offer.path("model").asText()));
    return String.join(" ", models);
  }

  private static String prices(JsonNode offers) {
    List<String> prices = new ArrayList<>();
    for (JsonNode offer : offers) {
      JsonNode price = offer.path("price");
      prices.add(
          String.format(
              Locale.ROOT,
              "%.2f/%.2f",
              price.path("inputMicrosPerMtok").asLong() / MICROS,
              price.path("outputMicrosPerMtok").asLong() / MICROS));
    }
    return String.join(" ", prices.stream().distinct().toList());
  }

  private static String dashIfBlank(String text) {
    return text.isBlank() ? "-" : text;
  }
}
