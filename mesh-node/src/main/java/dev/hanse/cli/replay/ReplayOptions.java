package dev.hanse.cli.replay;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * How a trace is replayed.
 *
 * @param edges where requests go, in turn; at least one
 * @param apiKey sent as bearer token; empty for none
 * @param speed how many times faster than recorded; above zero
 * @param maxInFlight requests open at once; the rest wait, and their latency counts from when they
 *     should have been sent; 1 or more
 * @param timeout of one request, counted from its sending; above zero
 */
record ReplayOptions(
    List<URI> edges,
    String apiKey,
    String model,
    double speed,
    int maxInFlight,
    Duration timeout,
    int tokensPerBlock) {
  ReplayOptions {
    edges = List.copyOf(edges);
    if (edges.isEmpty()) {
      throw new IllegalArgumentException("at least one URL is needed");
    }
    for (URI edge : edges) {
      if (!("http".equals(edge.getScheme()) || "https".equals(edge.getScheme()))
          || edge.getHost() == null) {
        throw new IllegalArgumentException(
            "a URL must look like http://127.0.0.1:8080, was " + edge);
      }
    }
    if (!(speed > 0) || Double.isInfinite(speed)) {
      throw new IllegalArgumentException("speed must be above zero, was " + speed);
    }
    if (maxInFlight < 1) {
      throw new IllegalArgumentException("max-in-flight must be 1 or more, was " + maxInFlight);
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout must be above zero, was " + timeout);
    }
  }

  @Override
  public String toString() {
    return "replay to " + edges + ", model " + model + ", speed " + speed;
  }
}
