package dev.hanse.cli.compare;

import dev.hanse.cli.replay.Trace;
import dev.hanse.cli.replay.TraceOptions;
import dev.hanse.provider.simulated.batching.GpuProfile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code hanse compare}: what a trace would have cost and waited under each of several policies.
 */
@Command(
    name = "compare",
    description = {
      "Replays a request trace over simulated nodes in virtual time, once for each policy.",
      "Needs no mesh: nothing is sent anywhere. The same seed gives the same figures."
    },
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:the trace could not be read or a file not be written",
      "2:the command line is wrong"
    })
public final class CompareCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private TraceOptions trace = new TraceOptions();

  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "How many nodes. Default: ${DEFAULT-VALUE}")
  private int nodes = 12;

  @Option(
      names = "--gpu",
      paramLabel = "GPU[,GPU...]",
      description = "What they are, dealt out in turn. Default: ${DEFAULT-VALUE}")
  private String gpus = "a100";

  @Option(
      names = "--policy",
      paramLabel = "all|NAME[,NAME...]",
      description = {
        "round-robin, least-load, power-of-two, prefix-hash, chwbl, cache-aware, price-weighted,",
        "hanse. Default: ${DEFAULT-VALUE}"
      })
  private String policies = "all";

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      description = "Of prices, rings and draws. Default: ${DEFAULT-VALUE}")
  private long seed = 1;

  @Option(
      names = "--csv",
      paramLabel = "FILE|DIR",
      description = {
        "Writes a row for each decision: a file for one policy, POLICY.csv in a directory for more:",
        RowsCsv.HEADER
      })
  private @Nullable Path csv;

  @Option(names = "--json", description = "Prints JSON in place of the tables.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    Comparison.Plan plan = plan();
    Trace read = trace.read();
    if (!read.badLines().isEmpty()) {
      trace.complain(read, err);
      return 1;
    }
    if (read.requests().isEmpty()) {
      err.println("hanse: there is no request in " + trace.file());
      return 1;
    }
    Comparison comparison = compare(read, plan);
    write(comparison);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(new ComparisonJson(comparison).text());
      out.flush();
    } else {
      new ComparisonText(comparison).print(out);
    }
    return 0;
  }

  private Comparison.Plan plan() {
    try {
      List<PolicyName> names = PolicyName.parse(policies);
      if (csv != null && names.size() > 1 && Files.isRegularFile(csv)) {
        throw new IllegalArgumentException(
            "--csv must be a directory for more than one policy, but is a file: " + csv);
      }
      return new Comparison.Plan(
          nodes,
          Arrays.stream(gpus.split(",", -1)).map(GpuProfile::named).toList(),
          names,
          trace.speed(),
          seed,
          trace.tokensPerBlock());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private Comparison compare(Trace read, Comparison.Plan plan) throws IOException {
    try {
      return Comparison.of(read.requests(), plan);
    } catch (IllegalArgumentException e) {
      throw new IOException(trace.file() + ", " + e.getMessage(), e);
    }
  }

  private void write(Comparison comparison) throws IOException {
    if (csv == null) {
      return;
    }
    boolean many = comparison.entries().size() > 1 || Files.isDirectory(csv);
    if (many) {
      Files.createDirectories(csv);
    }
    for (Comparison.Entry entry : comparison.entries()) {
      Path file = many ? csv.resolve(entry.policy() + ".csv") : csv;
      RowsCsv.write(file, entry.rows(), comparison.servers());
    }
  }
}
