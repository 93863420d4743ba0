package dev.hanse.hash.bench;

import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.endpoint.InteractionMetrics;
import io.vertx.core.net.endpoint.ServerEndpoint;
import io.vertx.core.net.endpoint.ServerInteraction;

/** A server that Vert.x's selector may choose and nobody calls. */
record VertxEndpoint(String key) implements ServerEndpoint {
  @Override
  public SocketAddress address() {
    return SocketAddress.inetSocketAddress(1, "127.0.0.1");
  }

  @Override
  public ServerInteraction newInteraction() {
    throw new IllegalStateException("nobody calls it");
  }

  @Override
  public InteractionMetrics<?> metrics() {
    return InteractionMetrics.INSTANCE;
  }

  @Override
  public Object unwrap() {
    return key;
  }
}
