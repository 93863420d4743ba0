package dev.hanse.provider.http;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Map;

/**
 * One POST to an engine.
 *
 * @param path absolute, below the engine's host
 * @param headers beyond those every call has; a caller's are not to be trusted with names
 * @param budget the longest the whole exchange may take
 */
public record UpstreamCall(
    String path, Map<String, String> headers, Buffer body, boolean stream, Duration budget) {
  public UpstreamCall {
    headers = Map.copyOf(headers);
  }
}
