package dev.hanse.control.federation;

import dev.hanse.api.Endpoint;
import dev.hanse.api.RegionId;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.membership.Membership;
import dev.hanse.control.membership.Moment;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.Address;
import io.vertx.grpc.client.GrpcClient;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Keeps one Exchange stream open to each configured region, dialling again for as long as it lives.
 * Runs on the membership's event loop.
 */
public final class FederationDialer {
  private final List<Dial> dials;

  /**
   * Prepares to dial; {@link #start} does.
   *
   * @param client asked for anew with each dial: a renewed identity comes with a new one
   * @param address where to connect so that the other end must prove to be that region's control
   *     plane
   * @param random spreads the redialling
   */
  public FederationDialer(
      Vertx vertx,
      Supplier<GrpcClient> client,
      Map<RegionId, Endpoint> peers,
      BiFunction<RegionId, Endpoint, Future<? extends Address>> address,
      Membership membership,
      Supplier<Moment> clock,
      RandomGenerator random,
      ControlMetrics metrics) {
    Dial.Line line = new Dial.Line(vertx, client, membership, clock, random, metrics);
    this.dials =
        peers.entrySet().stream()
            .map(peer ->
                new Dial(line, peer.getKey(), () -> address.apply(peer.getKey(), peer.getValue())))
            .toList();
  }

  public void start() {
    dials.forEach(Dial::start);
  }

  /** To be called after each tick of the membership. */
  public void tick(Moment now) {
    dials.forEach(dial -> dial.tick(now));
  }

  /** Ends the streams and dials no more. */
  public void close() {
    dials.forEach(Dial::close);
  }
}
