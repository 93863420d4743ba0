package dev.hanse.cli.mesh;

import dev.hanse.api.config.ConfigException;
import dev.hanse.node.NodeGraph;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Looks every few seconds whether a node's configuration file changed, and lets the node ask the
 * prices in it. A file that cannot be read, or names other models, changes nothing.
 *
 * <p>Threads: looks on a worker, one at a time.
 */
final class PriceWatch {
  private static final Logger LOG = System.getLogger(PriceWatch.class.getName());
  private static final Duration EVERY = Duration.ofSeconds(2);

  private final Path file;
  private final Supplier<NodeFile> read;
  private final NodeGraph node;
  private volatile FileTime seen;

  private PriceWatch(Path file, Supplier<NodeFile> read, NodeGraph node) {
    this.file = file;
    this.read = read;
    this.node = node;
    this.seen = changedAt();
  }

  /** Watches until the node's Vert.x ends. */
  static void start(Vertx vertx, Path file, Supplier<NodeFile> read, NodeGraph node) {
    PriceWatch watch = new PriceWatch(file, read, node);
    vertx.setPeriodic(
        EVERY.toMillis(),
        due -> {
          var _ =
              vertx.executeBlocking(() -> {
                watch.look();
                return true;
              });
        });
  }

  private FileTime changedAt() {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException away) {
      return FileTime.fromMillis(0);
    }
  }

  private void look() {
    FileTime now = changedAt();
    if (now.equals(seen)) {
      return;
    }
    seen = now;
    try {
      boolean taken = node.reprice(read.get().node());
      LOG.log(
          taken ? Level.INFO : Level.WARNING,
          taken
              ? "configuration changed: prices are bid, all else waits for a restart"
              : "configuration changed: other models wait for a restart, and so do prices");
    } catch (ConfigException | IllegalArgumentException unreadable) {
      LOG.log(
          Level.WARNING,
          "configuration changed and cannot be read, the prices stay problem={0}",
          unreadable.getMessage());
    }
  }
}
