package dev.hanse.node.serving;

import dev.hanse.provider.Completion;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * This node's own engines for its own edge, as long as the mesh believes what the node is. What
 * other edges send ends with the connections they send it on; what goes from an edge to the engines
 * beside it crosses none, so that a node which was withdrawn would go on serving whoever asks it.
 *
 * <p>Threads: safe for use from several event loops; each attempt stays on the one it came on. As
 * many are known at once as the engines take.
 */
public final class WhileAttested implements Upstream {
  private final Upstream here;
  private final BooleanSupplier attested;
  private final Supplier<Executor> loop;
  private final Set<Local> open = ConcurrentHashMap.newKeySet();

  /**
   * Guards engines.
   *
   * @param attested whether the mesh believes this node now; any thread
   * @param loop where what belongs to the attempt that is being opened must run
   */
  public WhileAttested(Upstream here, BooleanSupplier attested, Supplier<Executor> loop) {
    this.here = here;
    this.attested = attested;
    this.loop = loop;
  }

  @Override
  public Exchange open(Attempt attempt, ExchangeListener listener) {
    Local local = new Local(listener, loop.get());
    // Known before the question is asked: whoever withdraws the node meanwhile finds it.
    open.add(local);
    if (!attested.getAsBoolean()) {
      local.onFailure(
          failure(
              Kind.UNREACHABLE,
              503,
              "node_not_attested",
              "This node is no member of the mesh at the moment.",
              new Retry.Elsewhere(Duration.ZERO)));
      return local;
    }
    local.opened(here.open(attempt, local));
    return local;
  }

  /** The mesh believes this node no more: ends what is in flight, as a lost connection does. */
  public void cut() {
    List.copyOf(open).forEach(local -> local.loop.execute(local::cut));
  }

  private static ProviderFailure failure(
      Kind kind, int status, String code, String message, Retry retry) {
    return new ProviderFailure(kind, status, code, message, retry, Usage.NONE, Optional.empty());
  }

  /** One attempt on its way through. */
  private final class Local implements Exchange, ExchangeListener {
    private final ExchangeListener listener;
    private final Executor loop;
    private @Nullable Exchange exchange;
    private boolean heard;
    private boolean over;
    private boolean cancelled;

    Local(ExchangeListener listener, Executor loop) {
      this.listener = listener;
      this.loop = loop;
    }

    void opened(Exchange by) {
      exchange = by;
      if (cancelled) {
        by.cancel();
      }
    }

    private void end() {
      over = true;
      open.remove(this);
    }

    void cut() {
      if (over) {
        return;
      }
      cancel();
      listener.onFailure(
          failure(
              heard ? Kind.TRUNCATED : Kind.UNREACHABLE,
              502,
              "node_lost",
              "The mesh withdrew this node"
                  + (heard ? " in the middle of the answer." : " before it answered."),
              heard ? new Retry.Never() : new Retry.Elsewhere(Duration.ZERO)));
    }

    @Override
    public void onChunk(Buffer json) {
      if (!over) {
        heard = true;
        listener.onChunk(json);
      }
    }

    @Override
    public void onEnd(Completion completion) {
      if (!over) {
        end();
        listener.onEnd(completion);
      }
    }

    @Override
    public void onFailure(ProviderFailure failure) {
      if (!over) {
        end();
        listener.onFailure(failure);
      }
    }

    @Override
    public void pause() {
      if (exchange != null && !over) {
        exchange.pause();
      }
    }

    @Override
    public void resume() {
      if (exchange != null && !over) {
        exchange.resume();
      }
    }

    @Override
    public void cancel() {
      if (over) {
        return;
      }
      end();
      cancelled = true;
      if (exchange != null) {
        exchange.cancel();
      }
    }
  }
}
