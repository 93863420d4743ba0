package dev.hanse.node.serving;

import dev.hanse.api.Operation;
import dev.hanse.node.routing.PlacementRequest;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;

/**
 * One admitted client request.
 *
 * @param requestId unique; returned to the client as {@code x-request-id}
 * @param tenant whom it is billed to
 * @param body the OpenAI JSON body without Hanse's own extensions, every other field untouched
 * @param placement what placement needs to know of it
 * @param budget the longest the client is prepared to wait for the whole answer
 * @param trace the span it runs under
 */
public record ServingRequest(
    String requestId,
    String tenant,
    Operation operation,
    boolean stream,
    Buffer body,
    PlacementRequest placement,
    Duration budget,
    TraceContext trace) {
  public ServingRequest withTrace(TraceContext newTrace) {
    return new ServingRequest(
        requestId, tenant, operation, stream, body, placement, budget, newTrace);
  }

  /** The same request with less time left. */
  public ServingRequest withBudget(Duration newBudget) {
    return new ServingRequest(
        requestId, tenant, operation, stream, body, placement, newBudget, trace);
  }
}
