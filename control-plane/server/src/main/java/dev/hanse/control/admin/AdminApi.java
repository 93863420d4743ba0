package dev.hanse.control.admin;

import dev.hanse.control.access.Credential;
import dev.hanse.control.access.JoinTokens;
import dev.hanse.control.market.Market;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.membership.Moment;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The admin REST API, as {@code openapi.json} beside this class describes it. Runs on the
 * membership's event loop. Everything under {@code /admin/} wants the admin token.
 */
public final class AdminApi {
  private static final Logger LOG = System.getLogger(AdminApi.class.getName());
  private static final long MAX_BODY_BYTES = 64 * 1024;
  private static final String BEARER = "Bearer ";

  private final Vertx vertx;
  private final String tokenSha256Hex;
  private final List<Route> routes;

  /** One operation; {@code path} in OpenAPI's spelling. */
  record Route(HttpMethod method, String path, Function<RoutingContext, Future<Answer>> operation) {
    boolean isOpen() {
      return !path.startsWith("/admin/");
    }

    /** {@code {nodeId}} is {@code :nodeId} in Vert.x' spelling. */
    String vertxPath() {
      return path.replaceAll("\\{([a-zA-Z]+)}", ":$1");
    }
  }

  /**
   * What the API speaks for.
   *
   * @param durable completes when all that was changed would survive a restart
   */
  public record Subject(
      Membership membership,
      Market market,
      JoinTokens joinTokens,
      Supplier<Future<Void>> durable,
      IntSupplier watchers,
      DrainNotice drainNotice,
      Supplier<Moment> clock,
      RandomGenerator random) {}

  public AdminApi(Vertx vertx, String token, Subject subject) {
    this.vertx = vertx;
    this.tokenSha256Hex = Credential.sha256Hex(token);
    this.routes = routes(subject);
  }

  static List<Route> routes(Subject subject) {
    MeshRoutes mesh =
        new MeshRoutes(
            subject.membership(), subject.clock(), subject.watchers(), subject.drainNotice());
    BidRoutes bids = new BidRoutes(subject.membership(), subject.market());
    AccessRoutes access =
        new AccessRoutes(
            subject.membership(),
            subject.joinTokens(),
            subject.durable(),
            subject.clock(),
            subject.random());
    TrustRoutes trust = new TrustRoutes(subject.membership(), subject.durable(), subject.clock());
    return List.of(
        new Route(HttpMethod.GET, "/admin/v1/revocations", now(trust::revocations)),
        new Route(HttpMethod.POST, "/admin/v1/revocations", trust::decide),
        new Route(HttpMethod.GET, "/admin/v1/status", now(mesh::status)),
        new Route(HttpMethod.GET, "/admin/v1/nodes", now(mesh::nodes)),
        new Route(HttpMethod.GET, "/admin/v1/nodes/{nodeId}", now(mesh::node)),
        new Route(HttpMethod.GET, "/admin/v1/nodes/{nodeId}/attestation", now(trust::attestation)),
        new Route(HttpMethod.POST, "/admin/v1/nodes/{nodeId}/drain", now(mesh::drain)),
        new Route(HttpMethod.GET, "/admin/v1/bids", now(bids::bids)),
        new Route(HttpMethod.GET, "/admin/v1/keys", now(access::keys)),
        new Route(HttpMethod.POST, "/admin/v1/keys", access::createKey),
        new Route(HttpMethod.DELETE, "/admin/v1/keys/{keyId}", access::revokeKey),
        new Route(HttpMethod.GET, "/admin/v1/join-tokens", now(access::joinTokens)),
        new Route(HttpMethod.POST, "/admin/v1/join-tokens", access::createJoinToken),
        new Route(HttpMethod.DELETE, "/admin/v1/join-tokens/{tokenId}", access::revokeJoinToken),
        new Route(HttpMethod.GET, "/healthz", now(request -> text(200, "ok"))),
        new Route(HttpMethod.GET, "/readyz", now(request -> ready(subject.membership()))));
  }

  private static Function<RoutingContext, Future<Answer>> now(
      Function<RoutingContext, Answer> operation) {
    return request -> Future.succeededFuture(operation.apply(request));
  }

  private static Answer ready(Membership membership) {
    return membership.isRebuilt() ? text(200, "ready") : text(503, "rebuilding");
  }

  private static Answer text(int status, String word) {
    return new Answer(status, Answer.object().put("status", word));
  }

  /** What an HTTP server hands its requests to. */
  public Handler<HttpServerRequest> handler() {
    Router router = Router.router(vertx);
    router.route("/admin/*").handler(this::authenticate);
    router.route().handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES));
    for (Route route : routes) {
      router
          .route(route.method(), route.vertxPath())
          .handler(request ->
              Future.succeededFuture(request)
                  .compose(route.operation())
                  .onSuccess(answer -> send(request, answer))
                  .onFailure(request::fail));
    }
    Buffer document = document();
    router
        .get("/openapi.json")
        .handler(request -> {
          request.response().putHeader("content-type", "application/json");
          var _ = request.response().end(document);
        });
    router.route().failureHandler(AdminApi::failed);
    for (int status : new int[] {404, 405}) {
      router.errorHandler(status, AdminApi::failed);
    }
    return router;
  }

  private void authenticate(RoutingContext request) {
    String header = request.request().getHeader("authorization");
    if (header != null
        && header.startsWith(BEARER)
        && Credential.matches(header.substring(BEARER.length()), tokenSha256Hex)) {
      request.next();
      return;
    }
    request.response().putHeader("www-authenticate", "Bearer");
    // The body of a stranger is not read: the connection ends instead.
    request.response().putHeader("connection", "close");
    send(
        request,
        Answer.of(new Refusal(401, "unauthorized", "the admin token is missing or wrong")));
  }

  private static void failed(RoutingContext request) {
    send(request, Answer.of(refusal(request)));
  }

  private static Refusal refusal(RoutingContext request) {
    if (request.failure() instanceof Refusal refusal) {
      return refusal;
    }
    return switch (request.statusCode()) {
      case 404 -> new Refusal(404, "path-unknown", "there is no such path; see /openapi.json");
      case 405 -> new Refusal(405, "method-not-allowed", "this path has other methods");
      case 413 -> new Refusal(413, "body-too-large", "a body has at most 64 KiB");
      case 400 -> new Refusal(400, "request-invalid", "the request cannot be read");
      default -> {
        LOG.log(
            Level.ERROR,
            "admin request failed path=" + request.normalizedPath(),
            request.failure());
        yield new Refusal(500, "internal", "the control plane failed; see its log");
      }
    };
  }

  private static void send(RoutingContext request, Answer answer) {
    if (request.response().ended() || request.response().closed()) {
      return;
    }
    request
        .response()
        .setStatusCode(answer.status())
        .putHeader("content-type", "application/json")
        .putHeader("cache-control", "no-store");
    var _ = request.response().end(answer.body().toString());
  }

  private static Buffer document() {
    try (InputStream file = AdminApi.class.getResourceAsStream("openapi.json")) {
      if (file == null) {
        throw new IllegalStateException("openapi.json is missing from this build");
      }
      return Buffer.buffer(file.readAllBytes());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
