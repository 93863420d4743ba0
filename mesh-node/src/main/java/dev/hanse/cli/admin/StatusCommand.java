package dev.hanse.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.cli.Table;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code hanse status}: one region's control plane and what it knows of the others. */
@Command(
    name = "status",
    description = "Shows a control plane and the regions it knows.",
    mixinStandardHelpOptions = true)
public final class StatusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AdminOptions options;

  @Override
  public Integer call() throws Exception {
    JsonNode status = options.client().get("/admin/v1/status");
    PrintWriter out = spec.commandLine().getOut();
    if (options.printedAsJson(status, out)) {
      return 0;
    }
    JsonNode members = status.path("members");
    out.printf(
        "region %s, epoch %s, version %s, up %s%n",
        status.path("region").asText(),
        status.path("epoch").asText(),
        status.path("version").asText(),
        Duration.ofSeconds(status.path("uptimeSeconds").asLong()).toString().substring(2));
    out.printf(
        "members: %s ready, %s draining, %s unhealthy; %s watchers%n%n",
        members.path("ready").asText(),
        members.path("draining").asText(),
        members.path("unhealthy").asText(),
        status.path("watchers").asText());
    Table table = new Table("REGION", "HEALTH", "RESIDENCY", "EDGES");
    for (JsonNode region : status.path("regions")) {
      table.row(
          region.path("region").asText(),
          region.path("health").asText(),
          region.path("residency").asText(),
          String.join(" ", AdminClient.texts(region.path("edgeUrls"))));
    }
    table.print(out);
    return 0;
  }
}
