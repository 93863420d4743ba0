package dev.hanse.node.edge;

import dev.hanse.node.serving.TraceContext;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** What the edge takes from a request's headers. */
final class RequestHeaders {
  private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._:-]{1,64}");

  /** W3C Trace Context, section 3.2: version ff and all-zero ids are invalid. */
  private static final Pattern TRACEPARENT =
      Pattern.compile(
          "(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

  private static final int MAX_TRACESTATE_CHARS = 512;
  private static final String BEARER = "bearer ";

  private RequestHeaders() {}

  /** The client's own id when it is fit for logs and headers, else a new one. */
  static String requestId(HttpServerRequest request, RandomGenerator random) {
    String sent = request.getHeader("x-request-id");
    if (sent != null && REQUEST_ID.matcher(sent).matches()) {
      return sent;
    }
    HexFormat hex = HexFormat.of();
    return "req_" + hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }

  /** The presented key; empty when there is none. */
  static String apiKey(HttpServerRequest request) {
    String sent = request.getHeader("authorization");
    return sent != null && sent.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? sent.substring(BEARER.length()).strip()
        : "";
  }

  static TraceContext trace(HttpServerRequest request) {
    String parent = request.getHeader("traceparent");
    if (parent == null || parent.length() > 128 || !TRACEPARENT.matcher(parent).matches()) {
      return TraceContext.NONE;
    }
    String state = String.join(",", request.headers().getAll("tracestate"));
    return new TraceContext(parent, state.length() > MAX_TRACESTATE_CHARS ? "" : state);
  }

  /** The {@code x-hanse-…} headers by lower-case name; repeated ones joined by commas. */
  static Map<String, String> extensions(HttpServerRequest request) {
    Map<String, String> found = new HashMap<>();
    for (var header : request.headers()) {
      String name = header.getKey();
      if (name.regionMatches(true, 0, "x-hanse-", 0, 8)) {
        found.merge(
            name.toLowerCase(Locale.ROOT), header.getValue(), (first, next) -> first + "," + next);
      }
    }
    return found;
  }

  /**
   * What {@code content-length} says.
   *
   * @return -1 when it says nothing
   */
  static long contentLength(HttpServerRequest request) {
    String sent = request.getHeader("content-length");
    if (sent == null) {
      return -1;
    }
    try {
      return Long.parseLong(sent.strip());
    } catch (NumberFormatException _) {
      // More digits than a long holds: certainly above every limit. Netty refuses anything else.
      return Long.MAX_VALUE;
    }
  }
}
