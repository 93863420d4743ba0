package dev.hanse.provider.fake;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;

/**
 * One exchange over real sockets, before any that a test gives a time to. The first of a JVM loads
 * two thousand classes on the event loop, 2 s of CPU; on a busy machine that alone outlasts a
 * request's budget, and it is not what a test is about.
 */
final class ColdStart {
  private ColdStart() {}

  /** Apart from the handlers, which the event loop could not call while their class is made. */
  private static final class Once {
    private static final boolean OVER = exchanged();
  }

  /** Returns when it lies behind; at once from the second call on. */
  static boolean isOver() {
    return Once.OVER;
  }

  private static boolean exchanged() {
    Vertx vertx = Vertx.vertx();
    try {
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
          .map(body -> body.length() == 2)
          .toCompletionStage()
          .toCompletableFuture()
          .join();
    } finally {
      Heard.await(vertx.close());
    }
  }
}
