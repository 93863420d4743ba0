package dev.hanse.node.telemetry;

import dev.hanse.provider.Exchange;

/** An exchange whose cancellation ends its span. */
record TracedExchange(Exchange inner, Runnable onCancel) implements Exchange {
  @Override
  public void pause() {
    inner.pause();
  }

  @Override
  public void resume() {
    inner.resume();
  }

  @Override
  public void cancel() {
    onCancel.run();
    inner.cancel();
  }
}
