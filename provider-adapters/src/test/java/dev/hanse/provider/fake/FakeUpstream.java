package dev.hanse.provider.fake;

import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An engine that does what a test tells it, on a port of its own. */
public final class FakeUpstream implements AutoCloseable {
  /** A request that arrived whole. */
  public record Seen(int number, String method, String path, MultiMap headers, Buffer body) {}

  /** Answers one request, or does not. */
  @FunctionalInterface
  public interface Script {
    void answer(Seen seen, HttpServerRequest request, HttpServerResponse response);
  }

  private static final long PATIENCE_SECONDS = 10;

  private final HttpServer server;
  private final String scheme;
  private final AtomicInteger numbers = new AtomicInteger();
  private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
  private final BlockingQueue<Long> closedAtNanos = new LinkedBlockingQueue<>();

  public FakeUpstream(Vertx vertx, Script script) {
    this(vertx, new HttpServerOptions(), script);
  }

  public FakeUpstream(Vertx vertx, HttpServerOptions options, Script script) {
    if (!ColdStart.isOver()) {
      throw new IllegalStateException("this machine's loopback does not carry two bytes");
    }
    scheme = options.isSsl() ? "https" : "http";
    server =
        Heard.await(
            vertx
                .createHttpServer(options)
                .connectionHandler(connection ->
                    connection.closeHandler(closed -> closedAtNanos.add(System.nanoTime())))
                .requestHandler(request -> take(request, script))
                .listen(0, "127.0.0.1"));
  }

  private void take(HttpServerRequest request, Script script) {
    request.response().exceptionHandler(gone -> {});
    request
        .body()
        .onSuccess(body -> {
          var arrived =
              new Seen(
                  numbers.incrementAndGet(),
                  request.method().name(),
                  request.uri(),
                  request.headers(),
                  body);
          seen.add(arrived);
          script.answer(arrived, request, request.response());
        });
  }

  public URI uri(String path) {
    return URI.create(scheme + "://127.0.0.1:" + server.actualPort() + path);
  }

  /** The next request, waited for. */
  public Seen next() {
    return within(seen);
  }

  /** When the next connection closed. */
  public long nextCloseNanos() {
    return within(closedAtNanos);
  }

  /** Requests that arrived so far. */
  public int count() {
    return numbers.get();
  }

  private static <T> T within(BlockingQueue<T> queue) {
    try {
      T value = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (value == null) {
        throw new AssertionError("nothing within " + PATIENCE_SECONDS + " s");
      }
      return value;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  @Override
  public void close() {
    Heard.await(server.close().otherwiseEmpty());
  }
}
