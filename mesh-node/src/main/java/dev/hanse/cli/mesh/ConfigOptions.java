package dev.hanse.cli.mesh;

import dev.hanse.api.config.StrictYaml;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where a process's configuration comes from: a file, variables, and {@code --set}. */
final class ConfigOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "YAML; every key can also be a variable, for example HANSE_NODE_REGION.")
  private @Nullable Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets one key, for example node.edge.port=8080. Wins over file and variables.")
  private Map<String, String> flags = Map.of();

  @Option(names = "--print-config", description = "Prints every key with its meaning, and exits.")
  private boolean print;

  /** Prints the documented template when that was asked for, and says whether it did. */
  boolean printed(Class<? extends Record> type) {
    if (print) {
      PrintWriter out = spec.commandLine().getOut();
      out.print(StrictYaml.document(type));
      out.flush();
    }
    return print;
  }

  /** The file, for whoever wants to see it change. */
  Optional<Path> file() {
    return Optional.ofNullable(file);
  }

  <T extends Record> T read(Class<T> type) {
    if (file == null && flags.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "give --config FILE; --print-config shows what it may hold");
    }
    return file != null
        ? StrictYaml.read(file, type, System.getenv(), flags)
        : StrictYaml.read("", type, System.getenv(), flags);
  }
}
