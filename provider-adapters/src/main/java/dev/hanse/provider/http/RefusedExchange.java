package dev.hanse.provider.http;

import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.ProviderFailure;
import io.vertx.core.Vertx;

/** An exchange that failed before it left this process. */
public final class RefusedExchange implements Exchange {
  private boolean cancelled;

  private RefusedExchange() {}

  /** Tells the listener, after the caller has its exchange in hand. */
  public static Exchange tell(Vertx vertx, ExchangeListener listener, ProviderFailure failure) {
    var exchange = new RefusedExchange();
    vertx
        .getOrCreateContext()
        .runOnContext(nothing -> {
          if (!exchange.cancelled) {
            exchange.cancelled = true;
            listener.onFailure(failure);
          }
        });
    return exchange;
  }

  @Override
  public void pause() {}

  @Override
  public void resume() {}

  @Override
  public void cancel() {
    cancelled = true;
  }
}
