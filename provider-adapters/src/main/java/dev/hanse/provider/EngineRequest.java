package dev.hanse.provider;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Map;

/**
 * A request as the engine should see it.
 *
 * @param requestId the client request's id, for the engine's log
 * @param model the engine's name of the model; it replaces the body's where they differ
 * @param body the OpenAI JSON body of the operation, with every field the client sent, known or not
 * @param budget the longest the whole exchange may take; above zero
 * @param headers added to the upstream request, for example {@code traceparent}
 */
public record EngineRequest(
    String requestId,
    Operation operation,
    String model,
    boolean stream,
    Buffer body,
    Duration budget,
    Map<String, String> headers) {
  public EngineRequest {
    headers = Map.copyOf(headers);
  }
}
