package dev.hanse.node.edge;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;

/**
 * Closes a connection whose client keeps it without asking anything: before its first request, and
 * between requests. Bytes that trickle in do not count, only whole headers do, so a slow loris
 * gains nothing.
 *
 * <p>Threads: the connection's event loop.
 */
final class ConnectionWatch {
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final HttpConnection connection;
  private final EdgeConfig config;
  private long timer = NO_TIMER;
  private int requests;

  ConnectionWatch(Vertx vertx, HttpConnection connection, EdgeConfig config) {
    this.vertx = vertx;
    this.connection = connection;
    this.config = config;
    arm(config.headerDeadline());
  }

  void requestStarted() {
    requests++;
    disarm();
  }

  void requestEnded() {
    requests--;
    if (requests == 0) {
      arm(config.idleTimeout());
    }
  }

  void closed() {
    disarm();
    // Nothing may be armed again by what ends with the connection.
    requests = Integer.MAX_VALUE / 2;
  }

  private void arm(Duration patience) {
    disarm();
    timer = vertx.setTimer(patience.toMillis(), _ -> connection.close());
  }

  private void disarm() {
    if (timer != NO_TIMER) {
      vertx.cancelTimer(timer);
      timer = NO_TIMER;
    }
  }
}
