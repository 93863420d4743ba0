package dev.hanse.node.edge;

import dev.hanse.node.routing.Placed;
import dev.hanse.node.serving.ServingRequest;
import dev.hanse.node.serving.TraceContext;
import dev.hanse.provider.Usage;

/**
 * Hears of every inference request, for telemetry. Called on the request's event loop; it must not
 * block and must not throw.
 */
@FunctionalInterface
public interface EdgeObserver {
  /** Hears nothing and costs nothing. */
  EdgeObserver NONE = _ -> Observation.NONE;

  Observation started(Arrival arrival);

  /**
   * A request whose headers have come.
   *
   * @param route its path, one of the API's three
   * @param client the trace the client sent, {@link TraceContext#NONE} when it sent none
   */
  record Arrival(String requestId, String route, TraceContext client) {}

  /** Follows one request. {@link #ended} comes exactly once, and last. */
  interface Observation {
    Observation NONE = new Observation() {};

    /**
     * The trace to pass on.
     *
     * @param client what the client sent
     */
    default TraceContext trace(TraceContext client) {
      return client;
    }

    /** It was read and admitted and goes to be placed. */
    default void admitted(ServingRequest request) {}

    default void placed(Placed placed) {}

    /** The first chunk came, or the whole answer. */
    default void firstChunk() {}

    default void ended(Ending ending) {}
  }

  /**
   * How a request ended.
   *
   * @param status the HTTP status sent; 499 when the client left before one was
   * @param code the error's code as the client saw it; empty when there was none
   * @param finishReason why the engine stopped; empty when it did not say
   * @param chunks sent; 1 for a whole answer
   */
  record Ending(
      Result result, int status, String code, Usage usage, String finishReason, long chunks) {}

  /** The ways to end. */
  enum Result {
    COMPLETED,
    /** The edge itself said no: key, limits, body. */
    REFUSED,
    /** Placement, engine or mesh failed it. */
    FAILED,
    /** The client left. */
    CANCELLED
  }
}
