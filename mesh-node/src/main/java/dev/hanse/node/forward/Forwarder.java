package dev.hanse.node.forward;

import dev.hanse.node.serving.Alarms;
import dev.hanse.node.serving.Upstream;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import java.util.Optional;

/**
 * Runs attempts on other nodes.
 *
 * <p>Threads: safe for use from several event loops; an attempt stays on the one that opened it.
 */
public final class Forwarder implements Upstream {
  private final PeerChannels channels;
  private final Alarms alarms;

  public Forwarder(PeerChannels channels, Alarms alarms) {
    this.channels = channels;
    this.alarms = alarms;
  }

  @Override
  public Exchange open(Attempt attempt, ExchangeListener listener) {
    Optional<PeerChannels.Use> use = channels.use(attempt.node().id());
    if (use.isEmpty()) {
      listener.onFailure(ForwardedExchange.busy());
      return OVER;
    }
    ForwardedExchange exchange = new ForwardedExchange(use.get(), listener);
    exchange.start(channels, alarms, attempt);
    return exchange;
  }

  private static final Exchange OVER =
      new Exchange() {
        @Override
        public void pause() {}

        @Override
        public void resume() {}

        @Override
        public void cancel() {}
      };
}
