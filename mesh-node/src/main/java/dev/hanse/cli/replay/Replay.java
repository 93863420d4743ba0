package dev.hanse.cli.replay;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends a trace's requests when the trace says, whether or not earlier ones have been answered
 * (open loop). When it cannot keep up, the delay counts as latency, since every latency is taken
 * from the moment a request should have been sent: slow answers cannot thin out the load that
 * measures them (Tene, "How NOT to Measure Latency", 2013).
 *
 * <p>Confined to one event loop.
 */
final class Replay {
  private final Vertx vertx;
  private final HttpClient client;
  private final ReplayOptions options;
  private final List<TraceRequest> requests;
  private final Progress progress;
  private final List<Outcome> outcomes;
  private final Promise<List<Outcome>> done = Promise.promise();
  private final long beginNanos = System.nanoTime();
  private int next;
  private int failed;
  private int inFlight;
  private boolean timerSet;

  private Replay(
      Vertx vertx, ReplayOptions options, List<TraceRequest> requests, Progress progress) {
    this.vertx = vertx;
    this.options = options;
    this.requests = requests;
    this.progress = progress;
    outcomes = new ArrayList<>(requests.size());
    client = client(vertx, options);
  }

  /** Runs to the end; outcomes come in the order they were reached. Never fails by a request. */
  static Future<List<Outcome>> run(
      Vertx vertx, ReplayOptions options, List<TraceRequest> requests, Progress progress) {
    Promise<List<Outcome>> done = Promise.promise();
    vertx
        .getOrCreateContext()
        .runOnContext(nothing -> {
          Replay replay = new Replay(vertx, options, requests, progress);
          replay.done.future().onComplete(done);
          replay.send();
        });
    return done.future();
  }

  static HttpClient client(Vertx vertx, ReplayOptions options) {
    return vertx.createHttpClient(
        new HttpClientOptions()
            .setKeepAlive(true)
            .setTcpNoDelay(true)
            .setConnectTimeout((int) Duration.ofSeconds(10).toMillis()),
        new PoolOptions()
            .setHttp1MaxSize(options.maxInFlight())
            .setMaxWaitQueueSize(options.maxInFlight()));
  }

  private void send() {
    while (next < requests.size() && inFlight < options.maxInFlight()) {
      TraceRequest request = requests.get(next);
      long intended = beginNanos + (long) (request.offset().toNanos() / options.speed());
      long early = intended - System.nanoTime();
      if (early > 0) {
        wakeIn(early);
        return;
      }
      URI edge = options.edges().get(next % options.edges().size());
      next++;
      inFlight++;
      ChatCall.send(vertx, client, options, edge, request, intended).onSuccess(this::over);
      progress.onStep(outcomes.size(), failed, inFlight, requests.size());
    }
    if (outcomes.size() == requests.size()) {
      client.close().onComplete(closed -> done.tryComplete(outcomes));
    }
  }

  private void over(Outcome outcome) {
    inFlight--;
    outcomes.add(outcome);
    if (outcome instanceof Outcome.Failed) {
      failed++;
    }
    progress.onStep(outcomes.size(), failed, inFlight, requests.size());
    send();
  }

  private void wakeIn(long nanos) {
    if (!timerSet) {
      timerSet = true;
      vertx.setTimer(
          Math.max(1, nanos / 1_000_000),
          fired -> {
            timerSet = false;
            send();
          });
    }
  }
}
