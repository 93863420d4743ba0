package dev.hanse.node.serving;

import dev.hanse.api.Member;
import dev.hanse.api.NodeId;
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
   * @param decodeTokens what of that is expected decode; 0 where unknown
   * @param price what was leased, and what settlement will use
   * @param edge who placed it; its quota counts
   */
  record Attempt(
      ServingRequest request,
      Member node,
      int number,
      long reservedTokens,
      long decodeTokens,
      Price price,
      NodeId edge) {
    /** An attempt of this node's own, of which nobody says how much is decode. */
    public Attempt(
        ServingRequest request, Member node, int number, long reservedTokens, Price price) {
      this(request, node, number, reservedTokens, 0, price, node.id());
    }

    /** The same under another span. */
    public Attempt withTrace(TraceContext trace) {
      return new Attempt(
          request.withTrace(trace), node, number, reservedTokens, decodeTokens, price, edge);
    }
  }
}
