package dev.hanse.provider.http;

import dev.hanse.provider.EngineUnavailable;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.Usage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The pooled HTTP/1.1 connections to one engine.
 *
 * <p>HTTP/1.1 on purpose: one request per connection makes the pool's size the bound on requests in
 * flight, gives each stream the socket's own back-pressure, and lets a cancel close the connection,
 * which every engine notices.
 *
 * <p>Safe for use from several event loops.
 */
public final class UpstreamClient {
  /** The code of a failure that comes from too many requests waiting for a connection. */
  public static final String POOL_FULL = "upstream_pool_full";

  private static final int MAX_REPLY_BYTES = 4 << 20;
  private static final Set<String> OWN_HEADERS =
      Set.of(
          "authorization",
          "x-api-key",
          "host",
          "content-length",
          "content-type",
          "transfer-encoding",
          "connection",
          "accept",
          "accept-encoding");

  private final Vertx vertx;
  private final UpstreamConfig config;
  private final Map<String, String> ownHeaders;
  private final HttpClient client;
  private final Set<HttpExchange> inFlight = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * A client with a pool of its own.
   *
   * @param ownHeaders sent with every request, credentials among them; never logged
   */
  public UpstreamClient(Vertx vertx, UpstreamConfig config, Map<String, String> ownHeaders) {
    this.vertx = vertx;
    this.config = config;
    this.ownHeaders = Map.copyOf(ownHeaders);
    this.client = vertx.createHttpClient(clientOptions(config), poolOptions(config));
  }

  public UpstreamConfig config() {
    return config;
  }

  /** Starts a request. As {@link dev.hanse.provider.Provider#open}. */
  public Exchange open(UpstreamCall call, AnswerReader reader, ExchangeListener listener) {
    if (closed) {
      return RefusedExchange.tell(vertx, listener, TransportFailures.closed(Usage.NONE));
    }
    RequestOptions options;
    try {
      options = post(call);
    } catch (IllegalArgumentException unfitHeader) {
      return RefusedExchange.tell(
          vertx,
          listener,
          StatusTaxonomy.failure(
              400, StatusTaxonomy.Reason.UNSTATED, Optional.empty(), Usage.NONE, Optional.empty()));
    }
    var exchange = new HttpExchange(vertx, call, config, reader, listener, inFlight::remove);
    inFlight.add(exchange);
    exchange.start(client.request(options));
    return exchange;
  }

  /**
   * Asks for something short. Fails with {@link EngineUnavailable} when no whole answer comes in
   * time; any status is an answer.
   */
  public Future<UpstreamReply> get(String path, Duration within) {
    Promise<UpstreamReply> reply = Promise.promise();
    RequestOptions options = options(HttpMethod.GET, path, within);
    ownHeaders.forEach(options::putHeader);
    HttpClientRequest[] sent = new HttpClientRequest[1];
    long timer =
        vertx.setTimer(
            Math.max(1, within.toMillis()),
            expired -> {
              if (reply.tryFail(unavailable(TransportFailures.timedOut(path, Usage.NONE)))
                  && sent[0] != null) {
                var _ = sent[0].reset();
              }
            });
    client
        .request(options)
        .onComplete(
            request -> {
              request.exceptionHandler(
                  cause -> reply.tryFail(unavailable(TransportFailures.noHead(cause))));
              if (reply.future().isComplete()) {
                var _ = request.reset();
                return;
              }
              sent[0] = request;
              readReply(request, reply);
            },
            cause -> reply.tryFail(unavailable(TransportFailures.notConnected(cause))));
    return reply.future().onComplete(done -> vertx.cancelTimer(timer));
  }

  private static void readReply(HttpClientRequest request, Promise<UpstreamReply> reply) {
    request.exceptionHandler(cause -> reply.tryFail(unavailable(TransportFailures.noHead(cause))));
    request
        .send()
        .onComplete(
            answer -> {
              Buffer body = Buffer.buffer();
              answer.exceptionHandler(
                  cause -> reply.tryFail(unavailable(TransportFailures.noHead(cause))));
              answer.handler(bytes -> {
                if (body.length() + bytes.length() > MAX_REPLY_BYTES) {
                  reply.tryFail(
                      unavailable(TransportFailures.noHead(new MalformedAnswer("too long"))));
                  var _ = request.reset();
                } else {
                  body.appendBuffer(bytes);
                }
              });
              answer.endHandler(nothing ->
                  reply.tryComplete(
                      new UpstreamReply(answer.statusCode(), answer.headers(), body)));
            },
            cause -> reply.tryFail(unavailable(TransportFailures.noHead(cause))));
  }

  /** Ends what is in flight as cancelled, then closes the connections. Idempotent. */
  public Future<Void> close() {
    closed = true;
    List<Future<Void>> aborted = inFlight.stream().map(HttpExchange::abort).toList();
    return Future.join(aborted).transform(all -> client.close());
  }

  private RequestOptions post(UpstreamCall call) {
    RequestOptions options = options(HttpMethod.POST, call.path(), call.budget());
    call.headers()
        .forEach((name, value) -> {
          if (!OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
            options.putHeader(name, value);
          }
        });
    ownHeaders.forEach(options::putHeader);
    return options
        .putHeader("content-type", "application/json")
        .putHeader("accept", call.stream() ? "text/event-stream" : "application/json");
  }

  private RequestOptions options(HttpMethod method, String path, Duration within) {
    String host = config.baseUri().getHost();
    boolean ssl = "https".equals(config.baseUri().getScheme());
    int port = config.baseUri().getPort();
    Duration connect =
        within.compareTo(config.connectTimeout()) < 0 ? within : config.connectTimeout();
    return new RequestOptions()
        .setMethod(method)
        .setHost(host.startsWith("[") ? host.substring(1, host.length() - 1) : host)
        .setPort(port != -1 ? port : ssl ? 443 : 80)
        .setSsl(ssl)
        .setURI(path)
        .setFollowRedirects(false)
        .setConnectTimeout(Math.max(1, connect.toMillis()));
  }

  private static EngineUnavailable unavailable(ProviderFailure failure) {
    return new EngineUnavailable(failure);
  }

  private static HttpClientOptions clientOptions(UpstreamConfig config) {
    HttpClientOptions options =
        new HttpClientOptions()
            .setProtocolVersion(HttpVersion.HTTP_1_1)
            .setTcpNoDelay(true)
            .setTcpKeepAlive(true)
            .setKeepAlive(true)
            // uvicorn closes idle connections after 5 s: closing first avoids a request lost to it.
            .setKeepAliveTimeout(4)
            .setPipelining(false)
            .setDecompressionSupported(false)
            .setConnectTimeout((int) Math.min(config.connectTimeout().toMillis(), 600_000))
            .setMaxHeaderSize(32 << 10);
    if (!config.trustedCertificates().isEmpty()) {
      PemTrustOptions trust = new PemTrustOptions();
      config.trustedCertificates().forEach(path -> trust.addCertPath(path.toString()));
      options.setTrustOptions(trust);
    }
    return options;
  }

  private static PoolOptions poolOptions(UpstreamConfig config) {
    return new PoolOptions()
        .setHttp1MaxSize(config.poolSize())
        .setMaxWaitQueueSize(config.waitQueue());
  }
}
