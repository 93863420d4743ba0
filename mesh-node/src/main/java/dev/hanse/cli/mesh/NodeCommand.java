package dev.hanse.cli.mesh;

import dev.hanse.api.tls.KeyFiles;
import dev.hanse.node.NodeConfig;
import dev.hanse.node.NodeGraph;
import dev.hanse.node.identity.KeySource;
import dev.hanse.node.identity.Trust;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hanse node}: an edge, a provider, or both. */
@Command(
    name = "node",
    description = "Runs a node: edge, provider or both.",
    mixinStandardHelpOptions = true)
public final class NodeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Option(
      names = "--drain-seconds",
      defaultValue = "30",
      description = "How long requests in flight may take when it is stopped. Default: 30.")
  private int drainSeconds;

  @Override
  public Integer call() throws Exception {
    if (options.printed(NodeFile.class)) {
      return 0;
    }
    NodeFile file = options.read(NodeFile.class);
    NodeConfig config = file.node();
    SecureRandom random = new SecureRandom();
    NodeGraph.Parts parts =
        new NodeGraph.Parts(
            Collectors.of(file.evidence(), Clock.systemUTC(), random),
            config
                .dataDir()
                .map(dir -> KeySource.file(dir.resolve("node.key"), random))
                .orElseGet(() -> KeySource.fresh(random)),
            trustOf(config),
            Clock.systemUTC(),
            new Random(random.nextLong()));
    PrintWriter out = spec.commandLine().getOut();
    Vertx vertx = RunningProcess.vertx();
    try {
      NodeGraph node = RunningProcess.awaitStart(NodeGraph.start(vertx, config, parts));
      out.printf("node %s of %s joined%n", node.id(), node.region());
      node.edgePort()
          .ifPresent(port -> out.printf("edge: http://%s:%d/v1%n", config.edge().host(), port));
      out.flush();
      options
          .file()
          .ifPresent(
              path -> PriceWatch.start(vertx, path, () -> options.read(NodeFile.class), node));
      RunningProcess.untilStopped(out, () -> node.drain(Duration.ofSeconds(drainSeconds)), vertx);
      return 0;
    } catch (Exception failure) {
      var _ = vertx.close();
      throw failure;
    }
  }

  private static Trust trustOf(NodeConfig config) throws IOException {
    if (config.control().trustBundle().isPresent()) {
      return new Trust.Bundle(
          KeyFiles.readCertificates(config.control().trustBundle().orElseThrow()));
    }
    return new Trust.Pin(config.control().rootFingerprint().orElseThrow());
  }
}
