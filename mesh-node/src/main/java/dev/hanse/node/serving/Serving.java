package dev.hanse.node.serving;

import dev.hanse.provider.Exchange;

/**
 * Answers client requests. What the edge calls, and all it knows of the mesh behind it.
 *
 * <p>Threads: called on an event loop; the listener is called on the same context.
 */
public interface Serving {
  /**
   * Places the request, runs it, retries before the first token where that is safe, and settles it.
   * Nothing is thrown: a refusal reaches the listener as a failure. Cancelling the exchange
   * releases the reservation and stops the engine.
   */
  Exchange serve(ServingRequest request, ServingListener listener);
}
