package dev.hanse.node.serving;

import dev.hanse.api.NodeId;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;

/** This node's own engines for what was placed here, the mesh for everything else. */
public record UpstreamByNode(NodeId self, Upstream here, Upstream elsewhere) implements Upstream {
  @Override
  public Exchange open(Attempt attempt, ExchangeListener listener) {
    return (attempt.node().id().equals(self) ? here : elsewhere).open(attempt, listener);
  }
}
