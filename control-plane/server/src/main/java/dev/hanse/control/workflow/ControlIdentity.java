package dev.hanse.control.workflow;

import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.control.identity.RegionAuthority;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A control plane's own serving identity, issued by itself and renewed in time. Listeners run on
 * the event loop it was made on.
 */
public final class ControlIdentity {
  private static final Logger LOG = System.getLogger(ControlIdentity.class.getName());
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final Context context;
  private final RegionAuthority authority;
  private final InstantSource clock;
  private final List<Consumer<MeshIdentity>> listeners = new CopyOnWriteArrayList<>();

  private volatile @Nullable MeshIdentity current;
  private volatile long timer = -1;
  private volatile boolean closed;

  public ControlIdentity(Vertx vertx, RegionAuthority authority, InstantSource clock) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.authority = authority;
    this.clock = clock;
  }

  /** Issues the first identity, and keeps it renewed until {@link #close}. */
  public Future<MeshIdentity> start() {
    return issue();
  }

  /**
   * The identity to use now.
   *
   * @throws IllegalStateException before {@link #start} has completed
   */
  public MeshIdentity current() {
    MeshIdentity identity = current;
    if (identity == null) {
      throw new IllegalStateException("the control plane's identity is not issued yet");
    }
    return identity;
  }

  /** Calls {@code listener} with each identity after the first. */
  public void onRenewed(Consumer<MeshIdentity> listener) {
    listeners.add(listener);
  }

  public void close() {
    closed = true;
    vertx.cancelTimer(timer);
  }

  private Future<MeshIdentity> issue() {
    return context
        .<MeshIdentity>executeBlocking(authority::controlIdentity, false)
        .map(Objects::requireNonNull)
        .onSuccess(issued -> {
          current = issued;
          schedule(Duration.between(clock.instant(), authority.renewAt(issued)));
        });
  }

  private void schedule(Duration wait) {
    if (!closed) {
      context.runOnContext(
          now -> timer = vertx.setTimer(Math.max(1, wait.toMillis()), fired -> renew()));
    }
  }

  private void renew() {
    if (closed) {
      return;
    }
    issue()
        .onSuccess(issued -> listeners.forEach(listener -> listener.accept(issued)))
        .onFailure(broken -> {
          LOG.log(Logger.Level.ERROR, "the control plane cannot renew its identity", broken);
          schedule(RETRY_AFTER);
        });
  }
}
