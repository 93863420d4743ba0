package dev.hanse.node.serving;

import dev.hanse.api.Member;
import dev.hanse.api.Price;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;

/** Runs one attempt of a request on one node: this one, or another over the mesh. */
public interface Upstream {
  /** As {@link dev.hanse.provider.Provider#open}: never throws, one end, nothing after cancel. */
  Exchange open(Attempt attempt, ExchangeListener listener);

  /**
   * One try at one node.
   *
   * @param number 1 for the first
   * @param reservedTokens the work reserved on the node for it
   * @param price what was leased, and what settlement will use
   */
  record Attempt(
      ServingRequest request, Member node, int number, long reservedTokens, Price price) {}
}
