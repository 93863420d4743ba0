package dev.hanse.provider.fake;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;

/**
 * One exchange over real sockets, before any that a test gives a time to. The first of a JVM loads
 * two thousand classes on the event loop, 2 s of CPU; on a busy machine that alone outlasts a
 * request's budget, and it is not what a test is about.
 */
final class ColdStart {
  private static final boolean OVER = exchanged();

  private ColdStart() {}

  /** Returns when it lies behind; at once from the second call on. */
  static boolean isOver() {
    return OVER;
  }

  private static boolean exchanged() {
    Vertx vertx = Vertx.vertx();
    return vertx
        .createHttpServer()
        .requestHandler(request ->
            request
                .body()
                .onSuccess(body -> {
                  var _ = request.response().end(body);
                }))
        .listen(0, "127.0.0.1")
        .compose(server ->
            vertx
                .createHttpClient()
                .request(HttpMethod.POST, server.actualPort(), "127.0.0.1", "/"))
        .compose(request -> request.send("{}"))
        .compose(response -> response.body())
        .eventually(vertx::close)
        .toCompletionStage()
        .toCompletableFuture()
        .thenApply(body -> body.length() == 2)
        .join();
  }
}
