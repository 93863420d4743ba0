package dev.hanse.node.edge;

import dev.hanse.node.admission.AdmissionLimits;
import dev.hanse.node.edge.body.BodyLimits;
import java.time.Duration;

/**
 * How an edge takes requests.
 *
 * @param host the address it listens on
 * @param port 0 for any free one
 * @param eventLoops how many event loops share the port; above 0
 * @param cleartextHttp2 whether HTTP/2 is spoken besides HTTP/1.1. Only for edges behind a proxy
 *     of one's own: then Vert.x tells of a connection with its first request, so {@code
 *     headerDeadline} does not hold for the first one, only the far longer silence limit
 * @param maxBodyBytes of a request body
 * @param maxHeaderBytes of a request's headers together, and of its first line
 * @param headerDeadline from accepting a connection to the end of its first request's headers
 * @param bodyDeadline from the end of the headers to the end of the body
 * @param idleTimeout how long a connection without a request is kept, including the time the next
 *     request's headers take
 * @param lingerTimeout how long the rest of a refused body is read and thrown away: closing at once
 *     would reset the connection before the client has read why
 * @param requestBudget the longest a whole answer may take; OpenAI's SDKs wait 600 s
 * @param writeStallTimeout how long a client may leave a full stream unread
 * @param writeQueueBytes of answer that wait for a slow client before its engine is paused
 * @param keepAliveComments after how much silence a started stream gets a comment; zero for never,
 *     because some clients take every line for JSON
 */
public record EdgeConfig(
    String host,
    int port,
    int eventLoops,
    boolean cleartextHttp2,
    int maxBodyBytes,
    int maxHeaderBytes,
    Duration headerDeadline,
    Duration bodyDeadline,
    Duration idleTimeout,
    Duration lingerTimeout,
    Duration requestBudget,
    Duration writeStallTimeout,
    int writeQueueBytes,
    Duration keepAliveComments,
    BodyLimits body,
    AdmissionLimits admission) {

  public EdgeConfig {
    if (eventLoops <= 0 || maxBodyBytes <= 0 || maxHeaderBytes <= 0 || writeQueueBytes <= 0) {
      throw new IllegalArgumentException("event loops and byte limits must be above 0");
    }
    requirePositive("headerDeadline", headerDeadline);
    requirePositive("bodyDeadline", bodyDeadline);
    requirePositive("idleTimeout", idleTimeout);
    requirePositive("lingerTimeout", lingerTimeout);
    requirePositive("requestBudget", requestBudget);
    requirePositive("writeStallTimeout", writeStallTimeout);
    if (keepAliveComments.isNegative()) {
      throw new IllegalArgumentException("keepAliveComments must not be negative");
    }
  }

  private static void requirePositive(String name, Duration duration) {
    if (!duration.isPositive()) {
      throw new IllegalArgumentException(name + " must be above 0, was " + duration);
    }
  }

  /** What an edge does unless told otherwise, on this address. */
  public static EdgeConfig at(String host, int port) {
    return new EdgeConfig(
        host,
        port,
        2,
        false,
        16 << 20,
        16 << 10,
        Duration.ofSeconds(10),
        Duration.ofSeconds(60),
        Duration.ofSeconds(75),
        Duration.ofSeconds(5),
        Duration.ofMinutes(10),
        Duration.ofSeconds(60),
        64 << 10,
        Duration.ZERO,
        BodyLimits.DEFAULT,
        AdmissionLimits.DEFAULT);
  }
}
