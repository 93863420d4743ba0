package dev.hanse.cli;

import dev.hanse.cli.admin.BidsCommand;
import dev.hanse.cli.admin.DrainCommand;
import dev.hanse.cli.admin.KeysCommand;
import dev.hanse.cli.admin.NodesCommand;
import dev.hanse.cli.admin.RevokeCommand;
import dev.hanse.cli.admin.StatusCommand;
import dev.hanse.cli.compare.CompareCommand;
import dev.hanse.cli.demo.DemoCommand;
import dev.hanse.cli.evidence.PolicyCommand;
import dev.hanse.cli.evidence.VerifyEvidenceCommand;
import dev.hanse.cli.explain.ExplainCommand;
import dev.hanse.cli.mesh.ControlCommand;
import dev.hanse.cli.mesh.MeshInitCommand;
import dev.hanse.cli.mesh.NodeCommand;
import dev.hanse.cli.mesh.RotateCaCommand;
import dev.hanse.cli.replay.ReplayCommand;
import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code hanse}: parses its words and hands them to the subcommand they name. */
@Command(
    name = "hanse",
    description = "A multi-region federated inference mesh.",
    mixinStandardHelpOptions = true,
    versionProvider = Hanse.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    usageHelpAutoWidth = true,
    subcommands = {
      DemoCommand.class,
      ControlCommand.class,
      NodeCommand.class,
      MeshInitCommand.class,
      RotateCaCommand.class,
      StatusCommand.class,
      NodesCommand.class,
      BidsCommand.class,
      RevokeCommand.class,
      DrainCommand.class,
      KeysCommand.class,
      ReplayCommand.class,
      CompareCommand.class,
      ExplainCommand.class,
      VerifyEvidenceCommand.class,
      PolicyCommand.class,
      HelpCommand.class,
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:it failed; the message says why and what to do",
      "2:the command line is wrong",
      "69:something it needs is missing (bin/hanse: a JDK, Maven)"
    })
public final class Hanse implements Runnable {
  @Spec private CommandSpec spec;

  private Hanse() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] args) {
    Logs.install();
    System.exit(commandLine().execute(args));
  }

  /** The command line as users see it; tests give it their own writers. */
  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Hanse());
    line.addSubcommand(
        "completion",
        CommandSpec.wrapWithoutInspection(new Completion(line))
            .usageMessage(
                new CommandLine.Model.UsageMessageSpec()
                    .description("Prints a completion script: source <(hanse completion)"))
            .mixinStandardHelpOptions(true));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler((failure, commandLine, parsed) -> {
      PrintWriter err = commandLine.getErr();
      err.println("hanse: " + reasonOf(failure));
      if (Boolean.getBoolean("hanse.stacktrace")) {
        failure.printStackTrace(err);
      }
      return 1;
    });
    return line;
  }

  /** The first message that says something: whoever wrapped a failure knew more than it did. */
  private static String reasonOf(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at.getMessage() != null && !at.getMessage().isBlank()) {
        return at.getMessage();
      }
    }
    return failure.toString();
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command");
  }

  /** Prints the shell completion script of the whole command. */
  private record Completion(CommandLine line) implements Runnable {
    @Override
    public void run() {
      line.getOut().print(AutoComplete.bash("hanse", line));
      line.getOut().flush();
    }
  }

  /** Says which build this is. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Hanse.class.getPackage().getImplementationVersion();
      return new String[] {
        "hanse " + (version == null ? "development" : version),
        "Java " + Runtime.version() + ", " + System.getProperty("os.name"),
      };
    }
  }
}
