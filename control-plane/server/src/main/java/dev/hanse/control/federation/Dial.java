package dev.hanse.control.federation;

import dev.hanse.api.RegionId;
import dev.hanse.api.control.v1.FederationGrpcClient;
import dev.hanse.api.control.v1.RegionUpdate;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.membership.Moment;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.Address;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The effort to stay connected to one region. Redials with exponential backoff and full-half
 * jitter, starting over once the other side made sense.
 */
final class Dial {
  private static final Logger LOG = System.getLogger(Dial.class.getName());
  private static final long FIRST_WAIT_MILLIS = 100;
  private static final long LONGEST_WAIT_MILLIS = 5_000;

  private final Line line;
  private final RegionId peer;
  private final Supplier<Future<? extends Address>> address;
  private Optional<RegionLink> link = Optional.empty();
  private Runnable hangUp = () -> {};
  private long waitMillis = FIRST_WAIT_MILLIS;

  /** Numbers the attempts: what an earlier one still reports counts for nothing. */
  private long attempt;

  private boolean closed;

  /** What all dials of a control plane share. */
  record Line(
      Vertx vertx,
      Supplier<GrpcClient> client,
      Membership membership,
      Supplier<Moment> clock,
      RandomGenerator random,
      ControlMetrics metrics) {}

  Dial(Line line, RegionId peer, Supplier<Future<? extends Address>> address) {
    this.line = line;
    this.peer = peer;
    this.address = address;
  }

  void start() {
    if (closed) {
      return;
    }
    long current = ++attempt;
    address
        .get()
        .compose(where -> line.client().get().request(where, FederationGrpcClient.Exchange))
        .onSuccess(request -> connected(current, request))
        .onFailure(failure -> lost(current, String.valueOf(failure.getMessage())));
  }

  private void connected(long current, GrpcClientRequest<RegionUpdate, RegionUpdate> request) {
    if (closed || current != attempt) {
      request.cancel();
      return;
    }
    RegionLink opened =
        new RegionLink(
            line.membership(),
            peer,
            request,
            () -> {
              request.cancel();
              lost(current, "cut");
            },
            line.clock(),
            line.metrics());
    link = Optional.of(opened);
    hangUp = request::cancel;
    request.exceptionHandler(failure -> lost(current, String.valueOf(failure.getMessage())));
    request
        .response()
        .onSuccess(response -> answered(current, opened, response))
        .onFailure(failure -> lost(current, String.valueOf(failure.getMessage())));
    opened.pump();
  }

  private void answered(
      long current, RegionLink opened, GrpcClientResponse<RegionUpdate, RegionUpdate> response) {
    GrpcStatus early = response.status();
    if (early != null && early != GrpcStatus.OK) {
      lost(current, early + " " + response.statusMessage());
      return;
    }
    response.handler(opened::receive);
    response.exceptionHandler(failure -> lost(current, String.valueOf(failure.getMessage())));
    response.endHandler(ended -> lost(current, "ended: " + response.status()));
  }

  private void lost(long current, String reason) {
    if (closed || current != attempt) {
      return;
    }
    attempt++;
    boolean worked = link.map(RegionLink::isProven).orElse(false);
    link.ifPresent(RegionLink::over);
    link = Optional.empty();
    hangUp.run();
    hangUp = () -> {};
    waitMillis = worked ? FIRST_WAIT_MILLIS : Math.min(LONGEST_WAIT_MILLIS, waitMillis * 2);
    long jittered = waitMillis / 2 + line.random().nextLong(waitMillis);
    LOG.log(
        Level.INFO,
        "federation disconnected region={0} redialInMillis={1} reason=\"{2}\"",
        peer,
        jittered,
        reason);
    line.vertx().setTimer(jittered, due -> start());
  }

  void tick(Moment now) {
    link.ifPresent(open -> open.tick(now));
  }

  void close() {
    closed = true;
    link.ifPresent(RegionLink::over);
    hangUp.run();
  }
}
