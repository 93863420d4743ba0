package dev.hanse.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.cli.Table;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hanse revoke}: withdraws trust in the whole mesh, within seconds. */
@Command(
    name = "revoke",
    description = {
      "Withdraws trust from a node, a result, a technology, a policy or a fact of evidence.",
      "Every edge learns it within seconds, and cuts its connections to whom it concerns."
    },
    mixinStandardHelpOptions = true)
public final class RevokeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AdminOptions options;

  @Parameters(
      arity = "0..1",
      paramLabel = "VALUE",
      description = "For example acme.gpu-1, or chip-id=0a1b with --kind fact.")
  private @Nullable String value;

  @Option(
      names = "--kind",
      defaultValue = "node",
      description = "node, result, technology, policy or fact (name=value). Default: node.")
  private String kind = "";

  @Option(names = "--undo", description = "Lifts the revocation.")
  private boolean undo;

  @Option(names = "--reason", defaultValue = "by an operator", description = "For people.")
  private String reason = "";

  @Option(names = "--list", description = "Lists what is revoked.")
  private boolean list;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    if (list) {
      print(out);
      return 0;
    }
    if (value == null) {
      throw new ParameterException(spec.commandLine(), "say what, or --list");
    }
    JsonNode answer =
        options
            .client()
            .post(
                "/admin/v1/revocations",
                AdminClient.json()
                    .createObjectNode()
                    .put("kind", kind)
                    .put("value", value)
                    .put("lift", undo)
                    .put("reason", reason));
    if (!options.printedAsJson(answer, out)) {
      out.println(kind + " " + value + (undo ? " is trusted again" : " is revoked"));
      out.flush();
    }
    return 0;
  }

  private void print(PrintWriter out) throws Exception {
    JsonNode answer = options.client().get("/admin/v1/revocations");
    if (options.printedAsJson(answer, out)) {
      return;
    }
    Table table = new Table("KIND", "VALUE", "SINCE", "UNTIL", "REASON");
    for (JsonNode one : answer.path("revocations")) {
      table.row(
          one.path("kind").asText(),
          one.path("value").asText(),
          one.path("at").asText(),
          one.path("expiresAt").asText("lifted"),
          one.path("reason").asText());
    }
    table.print(out);
  }
}
