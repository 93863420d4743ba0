package dev.hanse.node;

import dev.hanse.api.MemberView;
import dev.hanse.api.Revocations;
import dev.hanse.api.Snapshot;
import dev.hanse.node.admission.KeyRing;
import dev.hanse.node.control.ControlChannel;
import dev.hanse.node.control.Pace;
import dev.hanse.node.control.SnapshotFile;
import dev.hanse.node.control.SnapshotStore;
import dev.hanse.node.control.WatchClient;
import dev.hanse.node.routing.Router;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a node is told of the mesh: revocations; where it is an edge, members and client keys too,
 * which it hands to the router and to the key ring. Belongs to the node's event loop; {@link
 * #members} and {@link #hasCome} may be asked on any thread.
 */
final class MeshView {
  private static final Duration FIRST_WITHIN = Duration.ofSeconds(15);

  private final NodeConfig config;
  private final KeyRing keys;
  private final Router router;
  private final RandomGenerator random;
  private final Promise<Void> first = Promise.promise();
  private Optional<WatchClient> watch = Optional.empty();
  private volatile List<MemberView> members = List.of();
  private volatile boolean come;

  MeshView(NodeConfig config, KeyRing keys, Router router, RandomGenerator random) {
    this.config = config;
    this.keys = keys;
    this.router = router;
    this.random = random;
  }

  /** Listens from now on; done when there is something to serve by. */
  Future<Void> watch(Vertx vertx, ControlChannel control, Consumer<Revocations> onRevocations) {
    if (!config.isEdge()) {
      WatchClient listening =
          WatchClient.ofRevocations(
              vertx.getOrCreateContext(), control, Pace.DEFAULT, random, onRevocations);
      watch = Optional.of(listening);
      return listening.start();
    }
    WatchClient watching =
        new WatchClient(
            vertx.getOrCreateContext(),
            control,
            Pace.DEFAULT,
            random,
            snapshots(),
            snapshot -> onSnapshot(vertx, snapshot),
            onRevocations);
    watch = Optional.of(watching);
    return watching.start().compose(started -> firstInTime());
  }

  private Future<Void> firstInTime() {
    return first
        .future()
        .timeout(FIRST_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
        .recover(late ->
            Future.failedFuture(
                new IllegalStateException(
                    "no view of the mesh came from "
                        + config.control().addresses()
                        + " within "
                        + FIRST_WITHIN.toSeconds()
                        + " s",
                    late)));
  }

  private SnapshotStore snapshots() {
    return config
        .dataDir()
        .<SnapshotStore>map(dir -> new SnapshotFile(dir.resolve("view.bin"), config.region()))
        .orElse(SnapshotStore.NONE);
  }

  /** Keys at once; the router off the loop, in order, because a ring may take a while to build. */
  private void onSnapshot(Vertx vertx, Snapshot snapshot) {
    keys.update(snapshot.keys());
    var _ =
        vertx
            .<@Nullable Void>executeBlocking(() -> {
              router.update(snapshot);
              return null;
            })
            .onSuccess(updated -> {
              members = router.view().members();
              come = true;
              first.tryComplete();
            });
  }

  /** As the router knows them; none before the first view. */
  List<MemberView> members() {
    return members;
  }

  /** Whether a view of members and keys has come. Never where the node is no edge. */
  boolean hasCome() {
    return come;
  }

  Future<?> close() {
    return watch.<Future<?>>map(WatchClient::close).orElseGet(Future::succeededFuture);
  }
}
