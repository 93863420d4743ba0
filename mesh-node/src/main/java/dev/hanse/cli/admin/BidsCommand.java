package dev.hanse.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.cli.Table;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hanse bids}: what every node asks, what it is sold at, its share of the work, and why. */
@Command(
    name = "bids",
    description = {
      "Lists bids, quotes and shares, and why they are what they are.",
      "Of other regions than the one asked it tells what their control planes published."
    },
    mixinStandardHelpOptions = true)
public final class BidsCommand implements Callable<Integer> {
  private static final double MICROS = 1_000_000;
  private static final String NONE = "-";

  @Spec private CommandSpec spec;
  @Mixin private AdminOptions options;

  @Option(names = "--model", description = "Only bids for this model.")
  private @Nullable String model;

  @Option(names = "--region", description = "Only nodes of this region.")
  private @Nullable String region;

  @Override
  public Integer call() throws Exception {
    List<String> query = new ArrayList<>();
    add(query, "model", model);
    add(query, "region", region);
    JsonNode answer =
        options
            .client()
            .get("/admin/v1/bids" + (query.isEmpty() ? "" : "?" + String.join("&", query)));
    PrintWriter out = spec.commandLine().getOut();
    if (options.printedAsJson(answer, out)) {
      return 0;
    }
    out.printf(
        "%s, epoch %d, the next at %s. USD per million tokens: input/cached/output.%n%n",
        answer.path("region").asText(),
        answer.path("epoch").asLong(),
        answer.path("nextEpochAt").asText());
    table(answer).print(out);
    return 0;
  }

  private static void add(List<String> query, String name, @Nullable String value) {
    if (value != null) {
      query.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
    }
  }

  private static Table table(JsonNode answer) {
    Table table =
        new Table(
            "MODEL",
            "REGION",
            "NODE",
            "BID",
            "FLOOR",
            "SEQUENCE>",
            "UNTIL",
            "SOLD AT",
            "EPOCH>",
            "COST>",
            "= BID x FAILING + TTFT + EGRESS",
            "WEIGHT>",
            "SHARE>",
            "WHY");
    List<JsonNode> rows = new ArrayList<>();
    answer.path("bids").forEach(rows::add);
    rows.sort(
        Comparator.comparing((JsonNode row) -> row.path("model").asText())
            .thenComparing(row -> row.path("region").asText())
            .thenComparing(row -> row.path("nodeId").asText()));
    for (JsonNode each : rows) {
      JsonNode bid = each.path("bid");
      JsonNode quote = each.path("quote");
      boolean forSale = each.path("forSale").asBoolean();
      table.row(
          each.path("model").asText(),
          each.path("region").asText(),
          each.path("nodeId").asText(),
          price(bid.path("price")),
          price(bid.path("floor")),
          bid.isMissingNode() ? NONE : bid.path("sequence").asText(),
          bid.isMissingNode() ? NONE : bid.path("validUntil").asText(),
          forSale ? price(quote.path("price")) : NONE,
          forSale ? quote.path("sinceEpoch").asText() : NONE,
          forSale ? usd(quote.path("effectiveCostMicrosPerMtok").asDouble()) : NONE,
          terms(each.path("cost")),
          forSale ? String.format(Locale.ROOT, "%.0f", quote.path("weight").asDouble()) : NONE,
          String.format(Locale.ROOT, "%.1f %%", each.path("share").asDouble() * 100),
          String.join("; ", AdminClient.texts(each.path("why"))));
    }
    return table;
  }

  private static String price(JsonNode price) {
    return price.isMissingNode()
        ? NONE
        : usd(price.path("inputMicrosPerMtok").asDouble())
            + "/"
            + usd(price.path("cachedInputMicrosPerMtok").asDouble())
            + "/"
            + usd(price.path("outputMicrosPerMtok").asDouble());
  }

  private static String terms(JsonNode cost) {
    return cost.isMissingNode()
        ? NONE
        : String.format(
            Locale.ROOT,
            "%s x %.2f + %s + %s",
            usd(cost.path("blendedMicrosPerMtok").asDouble()),
            cost.path("failureFactor").asDouble(),
            usd(cost.path("latencyMicrosPerMtok").asDouble()),
            usd(cost.path("egressMicrosPerMtok").asDouble()));
  }

  private static String usd(double micros) {
    return String.format(
        Locale.ROOT, micros < 10_000 && micros > 0 ? "%.4f" : "%.3f", micros / MICROS);
  }
}
