package dev.hanse.provider.http;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How to reach one engine.
 *
 * @param baseUri http or https, with a path where the engine is not at the root; a last segment
 *     that looks like a version ({@code /v1}) is taken as the API's root, else {@code /v1} is added
 * @param secret sent with every request
 * @param poolSize connections, and so requests in flight, at most; from 1 to 4096
 * @param waitQueue requests that may wait for a connection; beyond them one is refused at once
 * @param connectTimeout for TCP and TLS together, and never beyond a request's budget
 * @param firstChunkTimeout until a streamed answer's first bytes, counted from sending the request
 * @param interChunkTimeout between two reads of a streamed answer while it is not paused
 * @param maxEventBytes the longest event of a stream
 * @param maxAnswerBytes the longest answer that is not streamed
 * @param trustedCertificates PEM files to trust for https; none means the platform's
 */
public record UpstreamConfig(
    URI baseUri,
    Secret secret,
    int poolSize,
    int waitQueue,
    Duration connectTimeout,
    Duration firstChunkTimeout,
    Duration interChunkTimeout,
    int maxEventBytes,
    int maxAnswerBytes,
    List<Path> trustedCertificates) {
  /** Field guidance: 50 to 100 connections to an OpenAI endpoint. */
  public static final int OPENAI_POOL = 64;

  /** Field guidance: 25 to 50 connections to Anthropic. */
  public static final int ANTHROPIC_POOL = 32;

  public UpstreamConfig {
    trustedCertificates = List.copyOf(trustedCertificates);
    String scheme = baseUri.getScheme();
    if (!("http".equals(scheme) || "https".equals(scheme)) || baseUri.getHost() == null) {
      throw new IllegalArgumentException(
          "an engine's URL is http(s)://host, was " + shown(baseUri));
    }
    if (baseUri.getRawUserInfo() != null
        || baseUri.getRawQuery() != null
        || baseUri.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "an engine's URL holds no user, query or fragment, was " + shown(baseUri));
    }
    requireWithin("pool-size", poolSize, 1, 4096);
    requireWithin("wait-queue", waitQueue, 0, 65_536);
    requireWithin("max-event-bytes", maxEventBytes, 1024, 256 << 20);
    requireWithin("max-answer-bytes", maxAnswerBytes, 1024, 256 << 20);
    requirePositive("connect-timeout", connectTimeout);
    requirePositive("first-chunk-timeout", firstChunkTimeout);
    requirePositive("inter-chunk-timeout", interChunkTimeout);
  }

  /**
   * The defaults. First chunk 60 s (a long prefill takes 20 s, Failover Bench S07); between chunks
   * 20 s (a stall of 30 s must be noticed, S09); connect 5 s as the OpenAI SDKs do.
   */
  public static UpstreamConfig of(URI baseUri, Secret secret, int poolSize) {
    return new UpstreamConfig(
        baseUri,
        secret,
        poolSize,
        4 * poolSize,
        Duration.ofSeconds(5),
        Duration.ofSeconds(60),
        Duration.ofSeconds(20),
        4 << 20,
        32 << 20,
        List.of());
  }

  public UpstreamConfig withPool(int connections, int waiting) {
    return new UpstreamConfig(
        baseUri,
        secret,
        connections,
        waiting,
        connectTimeout,
        firstChunkTimeout,
        interChunkTimeout,
        maxEventBytes,
        maxAnswerBytes,
        trustedCertificates);
  }

  public UpstreamConfig withTimeouts(Duration connect, Duration firstChunk, Duration interChunk) {
    return new UpstreamConfig(
        baseUri,
        secret,
        poolSize,
        waitQueue,
        connect,
        firstChunk,
        interChunk,
        maxEventBytes,
        maxAnswerBytes,
        trustedCertificates);
  }

  public UpstreamConfig withLimits(int eventBytes, int answerBytes) {
    return new UpstreamConfig(
        baseUri,
        secret,
        poolSize,
        waitQueue,
        connectTimeout,
        firstChunkTimeout,
        interChunkTimeout,
        eventBytes,
        answerBytes,
        trustedCertificates);
  }

  public UpstreamConfig withTrustedCertificates(List<Path> pemFiles) {
    return new UpstreamConfig(
        baseUri,
        secret,
        poolSize,
        waitQueue,
        connectTimeout,
        firstChunkTimeout,
        interChunkTimeout,
        maxEventBytes,
        maxAnswerBytes,
        pemFiles);
  }

  /** The path under which {@code /chat/completions} and its like are found; no slash at the end. */
  public String apiPath() {
    String path = basePath();
    String last = path.substring(path.lastIndexOf('/') + 1);
    return last.matches("v\\d+[a-z0-9]*") ? path : path + "/v1";
  }

  /** The path under which {@code /health} and {@code /metrics} are found; no slash at the end. */
  public String serverPath() {
    String api = apiPath();
    return api.substring(0, api.lastIndexOf('/'));
  }

  private String basePath() {
    String path = baseUri.getRawPath() == null ? "" : baseUri.getRawPath();
    int end = path.length();
    while (end > 0 && path.charAt(end - 1) == '/') {
      end--;
    }
    return path.substring(0, end);
  }

  private static String shown(URI uri) {
    return uri.getScheme() + "://" + uri.getHost();
  }

  private static void requireWithin(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          what + " must be within " + least + " and " + most + ", was " + value);
    }
  }

  private static void requirePositive(String what, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(what + " must be above zero, was " + value);
    }
  }
}
