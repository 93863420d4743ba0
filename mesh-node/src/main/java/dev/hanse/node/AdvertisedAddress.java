package dev.hanse.node;

import dev.hanse.api.Endpoint;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * Where peers will find a node. It is settled before the node listens, because its evidence and its
 * certificate name it.
 */
final class AdvertisedAddress {
  private AdvertisedAddress() {}

  /**
   * Settles it.
   *
   * @param listen with port 0 for any that is free
   * @param advertise what an operator wants it to be
   */
  static Future<Endpoint> settled(Vertx vertx, Endpoint listen, Optional<Endpoint> advertise) {
    if (listen.port() != 0) {
      return Future.succeededFuture(advertise.orElse(listen));
    }
    return vertx
        .executeBlocking(freePort(listen.host()))
        .map(port -> advertise.orElse(new Endpoint(listen.host(), Objects.requireNonNull(port))));
  }

  private static Callable<Integer> freePort(String host) {
    return () -> {
      try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName(host))) {
        return probe.getLocalPort();
      }
    };
  }
}
