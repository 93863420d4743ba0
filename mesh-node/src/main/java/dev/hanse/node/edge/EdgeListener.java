package dev.hanse.node.edge;

import dev.hanse.api.Operation;
import dev.hanse.node.admission.KeyCheck;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.IdentityHashMap;
import java.util.concurrent.TimeUnit;

/**
 * One event loop of an edge: accepts connections and sends each request where its path says.
 *
 * <p>Threads: its own event loop.
 */
final class EdgeListener extends VerticleBase {
  private static final String MODELS = "/v1/models";
  private static final String JSON = "application/json";

  private final EdgeCore edge;
  private final IdentityHashMap<HttpConnection, ConnectionWatch> watches = new IdentityHashMap<>();
  private volatile int port;

  EdgeListener(EdgeCore edge) {
    this.edge = edge;
  }

  int port() {
    return port;
  }

  @Override
  public Future<?> start() {
    EdgeConfig config = edge.config();
    return vertx
        .createHttpServer(options(config))
        .connectionHandler(this::watch)
        .requestHandler(this::route)
        .invalidRequestHandler(this::refuseMalformed)
        .listen()
        .onSuccess((HttpServer server) -> port = server.actualPort());
  }

  private static HttpServerOptions options(EdgeConfig config) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(config.host())
            // All listeners of one deployment share a port chosen by the system when it is -1.
            .setPort(config.port() == 0 ? -1 : config.port())
            .setTcpNoDelay(true)
            .setHttp2ClearTextEnabled(config.cleartextHttp2())
            .setHandle100ContinueAutomatically(false)
            .setMaxHeaderSize(config.maxHeader().toInt())
            .setMaxInitialLineLength(config.maxHeader().toInt());
    if (config.cleartextHttp2()) {
      long silence = config.requestBudget().plus(config.idleTimeout()).toSeconds();
      options.setIdleTimeoutUnit(TimeUnit.SECONDS).setIdleTimeout((int) silence);
    }
    return options;
  }

  private void watch(HttpConnection connection) {
    ConnectionWatch watch = new ConnectionWatch(vertx, connection, edge.config());
    watches.put(connection, watch);
    connection.closeHandler(_ -> {
      watch.closed();
      watches.remove(connection);
    });
  }

  private void route(HttpServerRequest request) {
    ConnectionWatch watch = watches.get(request.connection());
    if (watch != null) {
      watch.requestStarted();
      request.response().endHandler(_ -> answered(request, watch));
    }
    if (edge.isDraining() && request.version() != HttpVersion.HTTP_2) {
      request.response().putHeader("connection", "close");
    }
    String path = pathOf(request);
    switch (path) {
      case "/v1/chat/completions" -> infer(request, Operation.CHAT);
      case "/v1/completions" -> infer(request, Operation.COMPLETION);
      case "/v1/embeddings" -> infer(request, Operation.EMBEDDING);
      case ExplainCall.PATH -> explain(request);
      case MODELS -> models(request, "");
      case "/healthz" -> probe(request, 200, "ok");
      case "/readyz" -> ready(request);
      case "/metrics" -> metrics(request);
      default -> {
        if (path.startsWith(MODELS + "/") && path.length() > MODELS.length() + 1) {
          models(request, path.substring(MODELS.length() + 1));
        } else {
          reply(request, ErrorTable.unknownUrl(request.method().name(), path));
        }
      }
    }
  }

  private void answered(HttpServerRequest request, ConnectionWatch watch) {
    watch.requestEnded();
    if (edge.isDraining()) {
      // Closes when what was written has been sent.
      var _ = request.connection().shutdown();
    }
  }

  private void infer(HttpServerRequest request, Operation operation) {
    if (!isAllowed(request, HttpMethod.POST)) {
      return;
    }
    InferenceCall call =
        new InferenceCall(edge, context, request, pathOf(request), operation, requestId(request));
    try {
      call.begin();
    } catch (RuntimeException defect) {
      call.crashed(defect);
    }
  }

  private void explain(HttpServerRequest request) {
    if (isAllowed(request, HttpMethod.POST)) {
      new ExplainCall(edge, context, request, requestId(request)).begin();
    }
  }

  private void models(HttpServerRequest request, String name) {
    if (!isAllowed(request, HttpMethod.GET)) {
      return;
    }
    switch (edge.keys().check(RequestHeaders.apiKey(request))) {
      case KeyCheck.Rejected(var fault) -> reply(request, ErrorTable.of(fault));
      case KeyCheck.Valid(var key, _) -> {
        if (name.isEmpty()) {
          reply(request, 200, JSON, edge.models().list(key));
        } else {
          String model = decoded(name);
          edge.models()
              .one(key, model)
              .ifPresentOrElse(
                  found -> reply(request, 200, JSON, found),
                  () -> reply(request, ErrorTable.unknownModel(model)));
        }
      }
    }
  }

  private void ready(HttpServerRequest request) {
    if (edge.isDraining()) {
      probe(request, 503, "draining");
    } else if (!edge.ports().ready().getAsBoolean()) {
      probe(request, 503, "starting");
    } else {
      probe(request, 200, "ready");
    }
  }

  private void probe(HttpServerRequest request, int status, String word) {
    if (isAllowed(request, HttpMethod.GET)) {
      reply(request, status, JSON, Buffer.buffer("{\"status\":\"" + word + "\"}"));
    }
  }

  private void metrics(HttpServerRequest request) {
    if (isAllowed(request, HttpMethod.GET)) {
      reply(request, 200, "text/plain; version=0.0.4; charset=utf-8", edge.ports().metrics().get());
    }
  }

  private boolean isAllowed(HttpServerRequest request, HttpMethod method) {
    if (request.method().equals(method)) {
      return true;
    }
    request.response().putHeader("allow", method.name());
    reply(request, ErrorTable.wrongMethod(request.method().name(), pathOf(request), method.name()));
    return false;
  }

  private void refuseMalformed(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    ApiError error =
        switch (cause) {
          case TooLongHttpLineException _ ->
              ErrorTable.brokenRequest(414, "The request line is too long.");
          case TooLongHttpHeaderException _ ->
              ErrorTable.brokenRequest(431, "The request headers are too long.");
          case null, default -> ErrorTable.brokenRequest(400, "The request is not HTTP/1.1.");
        };
    // What follows cannot be told apart from a next request, so the connection ends here.
    request.response().putHeader("connection", "close");
    reply(request, error);
  }

  private void reply(HttpServerRequest request, ApiError error) {
    edge.errors().send(request, requestId(request), error);
  }

  private void reply(HttpServerRequest request, int status, String contentType, Buffer body) {
    var _ =
        request
            .response()
            .setStatusCode(status)
            .putHeader("content-type", contentType)
            .putHeader("x-request-id", requestId(request))
            .end(body);
  }

  private static String pathOf(HttpServerRequest request) {
    String path = request.path();
    return path == null ? "" : path;
  }

  private String requestId(HttpServerRequest request) {
    return RequestHeaders.requestId(request, edge.random());
  }

  /** Model names may hold a slash, which clients send as it is or as %2F. */
  private static String decoded(String name) {
    try {
      return URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      return name;
    }
  }
}
