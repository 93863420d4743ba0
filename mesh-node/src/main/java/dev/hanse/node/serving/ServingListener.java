package dev.hanse.node.serving;

import dev.hanse.node.routing.Placed;
import dev.hanse.provider.Completion;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.ProviderFailure;

/**
 * Hears how a request is served. As {@link ExchangeListener}, and before the first chunk or the end
 * it hears once where the answer comes from. A failure before any chunk may come without a
 * placement.
 */
public interface ServingListener extends ExchangeListener {
  /** Called once, just before the first chunk, when the answer can no longer move elsewhere. */
  void onPlaced(Placed placed);

  @Override
  void onEnd(Completion completion);

  @Override
  void onFailure(ProviderFailure failure);
}
