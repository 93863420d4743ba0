package dev.hanse.cli.replay;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which trace a command replays, and how: for every command that replays one. */
public final class TraceOptions {
  private static final int MOST_BAD_LINES_SHOWN = 10;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--trace",
      required = true,
      paramLabel = "FILE",
      description = "The trace: Mooncake JSONL or Azure CSV.")
  private Path trace = Path.of("");

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "mooncake, azure or auto: by the first line. Default: ${DEFAULT-VALUE}")
  private String format = "auto";

  @Option(
      names = "--speed",
      paramLabel = "FACTOR",
      description = "How many times faster than recorded. Default: ${DEFAULT-VALUE}")
  private double speed = 1;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Takes the first N requests; 0 for all. Default: ${DEFAULT-VALUE}")
  private long limit;

  @Option(
      names = "--tokens-per-block",
      paramLabel = "N",
      description = "Tokens a hash id stands for. Default: ${DEFAULT-VALUE}")
  private int tokensPerBlock = 512;

  /** As given: its range is for whoever uses it to check. */
  public double speed() {
    return speed;
  }

  /** As given: its range is for whoever uses it to check. */
  public int tokensPerBlock() {
    return tokensPerBlock;
  }

  /** The file, for messages about it. */
  public Path file() {
    return trace;
  }

  /**
   * Reads the trace; lines that are no requests are told of in it.
   *
   * @throws ParameterException naming the option that is wrong
   */
  public Trace read() throws IOException {
    if (limit < 0) {
      throw wrong("--limit must be 0 or more, was " + limit);
    }
    Optional<TraceFormat> known =
        switch (format) {
          case "auto" -> Optional.empty();
          case "mooncake" -> Optional.of(TraceFormat.MOONCAKE);
          case "azure" -> Optional.of(TraceFormat.AZURE);
          default -> throw wrong("--format must be mooncake, azure or auto, was " + format);
        };
    if (!Files.isRegularFile(trace)) {
      throw wrong("--trace: there is no file " + trace);
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(trace))) {
      return TraceReader.read(in, known, tokensPerBlock, limit);
    }
  }

  /** Names the first lines that are no requests, and how many there are. */
  public void complain(Trace read, PrintWriter err) {
    read.badLines().stream()
        .limit(MOST_BAD_LINES_SHOWN)
        .forEach(line -> err.println(trace + ", " + line));
    if (!read.badLines().isEmpty()) {
      err.println("hanse: " + read.badLines().size() + " bad lines in " + trace);
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
