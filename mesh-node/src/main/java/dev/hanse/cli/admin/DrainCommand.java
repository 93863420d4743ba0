package dev.hanse.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hanse drain}: a node finishes what it has and takes nothing new, until told otherwise. */
@Command(
    name = "drain",
    description = "Takes a node out of placement; what it runs is finished.",
    mixinStandardHelpOptions = true)
public final class DrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private AdminOptions options;

  @Parameters(paramLabel = "NODE", description = "For example acme.gpu-1.")
  private String node = "";

  @Option(names = "--undo", description = "Lets it take work again.")
  private boolean undo;

  @Override
  public Integer call() throws Exception {
    JsonNode answer =
        options
            .client()
            .post(
                "/admin/v1/nodes/" + node + "/drain",
                AdminClient.json().createObjectNode().put("drain", !undo));
    PrintWriter out = spec.commandLine().getOut();
    if (!options.printedAsJson(answer, out)) {
      out.println(node + (undo ? " takes work again" : " drains"));
      out.flush();
    }
    return 0;
  }
}
