package dev.hanse.node.edge;

import dev.hanse.api.config.ByteSize;
import dev.hanse.api.config.Default;
import dev.hanse.api.config.Doc;
import dev.hanse.api.config.StrictYaml;
import dev.hanse.node.admission.AdmissionLimits;
import dev.hanse.node.edge.body.BodyLimits;
import java.time.Duration;
import java.util.Map;

/** How an edge takes requests. */
@Doc("The OpenAI API that clients call.")
public record EdgeConfig(
    @Doc("Address to listen on.") @Default("127.0.0.1") String host,
    @Doc("Port to listen on; 0 for any free one.") @Default("8080") int port,
    @Doc("Event loops that share the port.") @Default("2") int eventLoops,
    @Doc(
            "Also speak HTTP/2 without TLS. Only behind a proxy of one's own: until a connection's"
                + " first request is whole, header-deadline cannot be kept for it.")
        @Default("false")
        boolean cleartextHttp2,
    @Doc("Largest request body; at most 1GiB.") @Default("16MiB") ByteSize maxBody,
    @Doc("Largest request line, and largest sum of headers.") @Default("16KiB") ByteSize maxHeader,
    @Doc("From accepting a connection to the end of its first request's headers.") @Default("10s")
        Duration headerDeadline,
    @Doc("From the end of a request's headers to the end of its body.") @Default("60s")
        Duration bodyDeadline,
    @Doc("How long a connection is kept between requests, the next one's headers included.")
        @Default("75s")
        Duration idleTimeout,
    @Doc(
            "How long the rest of a refused body is read and thrown away, so that the client can"
                + " read why it was refused.")
        @Default("5s")
        Duration lingerTimeout,
    @Doc("Longest time for a whole answer. OpenAI's SDKs wait 10m.") @Default("10m")
        Duration requestBudget,
    @Doc("How long a client may leave its stream unread while more waits for it.") @Default("60s")
        Duration writeStallTimeout,
    @Doc("How much of an answer waits for a slow client before its engine is paused.")
        @Default("64KiB")
        ByteSize writeQueue,
    @Doc(
            "Silence after which a started stream gets an SSE comment; 0s for never, because some"
                + " clients take every line for JSON.")
        @Default("0s")
        Duration keepAliveComments,
    BodyLimits body,
    AdmissionLimits admission,
    AttestationTerms attestation) {
  private static final long MAX_BODY_BYTES = 1L << 30;

  public EdgeConfig {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port must be 0 to 65535, was " + port);
    }
    if (eventLoops <= 0) {
      throw new IllegalArgumentException("event-loops must be above 0, was " + eventLoops);
    }
    if (maxBody.bytes() <= 0 || maxBody.bytes() > MAX_BODY_BYTES) {
      throw new IllegalArgumentException("max-body must be 1B to 1GiB, was " + maxBody);
    }
    if (maxHeader.bytes() <= 0 || writeQueue.bytes() <= 0) {
      throw new IllegalArgumentException("max-header and write-queue must be above 0B");
    }
    requirePositive("header-deadline", headerDeadline);
    requirePositive("body-deadline", bodyDeadline);
    requirePositive("idle-timeout", idleTimeout);
    requirePositive("linger-timeout", lingerTimeout);
    requirePositive("request-budget", requestBudget);
    requirePositive("write-stall-timeout", writeStallTimeout);
    if (keepAliveComments.isNegative()) {
      throw new IllegalArgumentException("keep-alive-comments must not be negative");
    }
  }

  private static void requirePositive(String name, Duration duration) {
    if (!duration.isPositive()) {
      throw new IllegalArgumentException(name + " must be above 0s, was " + duration);
    }
  }

  /** What an edge does unless told otherwise, on this address. */
  public static EdgeConfig at(String host, int port) {
    return StrictYaml.read(
        "", EdgeConfig.class, Map.of(), Map.of("host", host, "port", Integer.toString(port)));
  }
}
