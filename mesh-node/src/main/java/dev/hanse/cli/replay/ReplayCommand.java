package dev.hanse.cli.replay;

import dev.hanse.cli.admin.DemoSession;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code hanse replay}: sends a recorded trace to a mesh and prints what came of it. */
@Command(
    name = "replay",
    description = {
      "Replays a request trace through a running mesh, open-loop, as a client.",
      "Latencies count from the moment the trace wants a request sent."
    },
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every request was answered",
      "1:a request failed, or the trace could not be read",
      "2:the command line is wrong"
    })
public final class ReplayCommand implements Callable<Integer> {
  /** What becomes of a line that is no request. */
  enum BadLines {
    SKIP,
    FAIL
  }

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private TraceOptions trace = new TraceOptions();

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "An edge; may be repeated to spread requests. Default: ${DEFAULT-VALUE}")
  private List<URI> urls = List.of(URI.create("http://127.0.0.1:8080"));

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      defaultValue = "${env:HANSE_API_KEY}",
      description = "The client key. Default: $$HANSE_API_KEY, else a running demo's")
  private String apiKey = "";

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "Default: the first model the edge lists.")
  private String model = "";

  @Option(
      names = "--max-in-flight",
      paramLabel = "N",
      description = {
        "Requests open at once; others wait, and their wait counts as latency.",
        "Default: ${DEFAULT-VALUE}"
      })
  private int maxInFlight = 512;

  @Option(
      names = "--bad-lines",
      paramLabel = "skip|fail",
      description = "What to do with a malformed line. Default: ${DEFAULT-VALUE}")
  private BadLines badLines = BadLines.FAIL;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Writes the report as JSON, too; - for standard output, without the tables.")
  private String json = "";

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationOption.class,
      description = "Of one request, for example 30s or 10m. Default: 10m")
  private Duration timeout = Duration.ofMinutes(10);

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    ReplayOptions options = options();
    Trace read = trace.read();
    trace.complain(read, err);
    if (!read.badLines().isEmpty() && badLines == BadLines.FAIL) {
      err.println("hanse: nothing was sent; --bad-lines skip leaves malformed lines out");
      return 1;
    }
    if (read.requests().isEmpty()) {
      err.println("hanse: there is no request in " + trace.file());
      return 1;
    }
    Vertx vertx = Vertx.vertx();
    try {
      ReplayOptions complete = model.isEmpty() ? withFirstModel(vertx, options) : options;
      List<Outcome> outcomes = await(Replay.run(vertx, complete, read.requests(), progress(err)));
      Report report = Report.of(read, outcomes, trace.tokensPerBlock());
      print(report);
      return report.failed() == 0 ? 0 : 1;
    } finally {
      await(vertx.close());
    }
  }

  /** A newcomer's first replay needs no key when a demo runs here. */
  private String keyOrDemos() throws IOException {
    return apiKey.isEmpty() ? DemoSession.read().map(DemoSession::key).orElse("") : apiKey;
  }

  private ReplayOptions options() throws IOException {
    try {
      var _ = new PromptText(trace.tokensPerBlock());
      return new ReplayOptions(
          urls, keyOrDemos(), model, trace.speed(), maxInFlight, timeout, trace.tokensPerBlock());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private ReplayOptions withFirstModel(Vertx vertx, ReplayOptions options)
      throws IOException, InterruptedException {
    return new ReplayOptions(
        options.edges(),
        options.apiKey(),
        await(ModelQuery.first(vertx, options)),
        options.speed(),
        options.maxInFlight(),
        options.timeout(),
        options.tokensPerBlock());
  }

  // A bar in a file or a log is noise.
  private static Progress progress(PrintWriter err) {
    return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent()
        ? new ProgressBar(err)
        : (over, failed, inFlight, total) -> {};
  }

  private void print(Report report) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (json.equals("-")) {
      out.println(new ReportJson(report).text());
      out.flush();
      return;
    }
    new ReportText(report).print(out);
    if (!json.isEmpty()) {
      Files.writeString(Path.of(json), new ReportJson(report).text() + "\n");
    }
  }

  private static <T> T await(Future<T> future) throws IOException, InterruptedException {
    try {
      return future.toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(String.valueOf(cause.getMessage()), cause);
    }
  }
}
