package dev.hanse.node.control;

import dev.hanse.api.Endpoint;
import dev.hanse.api.RegionId;
import dev.hanse.api.control.v1.ControlGrpcClient;
import dev.hanse.api.control.v1.ReportRequest;
import dev.hanse.api.control.v1.ReportResponse;
import dev.hanse.api.control.v1.WatchRequest;
import dev.hanse.api.control.v1.WatchResponse;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.api.tls.MeshTls;
import dev.hanse.api.tls.PeerIdentity;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The way to a region's control planes: gRPC over mTLS, with whatever identity the node has at the
 * moment a stream is opened. Report and watch share its connection.
 *
 * <p>Threads: one context, except {@link #close}.
 */
public final class ControlChannel {
  /**
   * The largest snapshot that is taken. A member with a dozen offers is about 2 KiB, a client key
   * 200 bytes: this is a mesh of thousands of nodes.
   */
  static final int MAX_MESSAGE_BYTES = 16 << 20;

  /** Stands for the identity where there is none. */
  private static final Object NO_CREDENTIAL = new Object();

  private final Context context;
  private final List<Endpoint> addresses;
  private final RegionId region;
  private final Optional<Supplier<MeshIdentity>> identity;

  private Optional<Connected> connected = Optional.empty();

  /** A client, and what it was made with. */
  private record Connected(Object credential, GrpcClient client) {}

  private ControlChannel(
      Context context,
      List<Endpoint> addresses,
      RegionId region,
      Optional<Supplier<MeshIdentity>> identity) {
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("a control channel needs at least one address");
    }
    this.context = context;
    this.addresses = List.copyOf(addresses);
    this.region = region;
    this.identity = identity;
  }

  /**
   * The one for production.
   *
   * @param addresses tried in turn; each must prove to be a control plane of {@code region}
   * @param identity the newest identity: the same object until it was renewed
   */
  public static ControlChannel secure(
      Context context, List<Endpoint> addresses, RegionId region, Supplier<MeshIdentity> identity) {
    return new ControlChannel(context, addresses, region, Optional.of(identity));
  }

  /** Without TLS, for tests. */
  static ControlChannel plaintext(Context context, List<Endpoint> addresses, RegionId region) {
    return new ControlChannel(context, addresses, region, Optional.empty());
  }

  Dialer<ReportRequest, ReportResponse> report() {
    return new GrpcDialer<>(this, ControlGrpcClient.Report);
  }

  Dialer<WatchRequest, WatchResponse> watch() {
    return new GrpcDialer<>(this, ControlGrpcClient.Watch);
  }

  RegionId region() {
    return region;
  }

  /** The identity itself: two of them are equal only if they are one. */
  Object credential() {
    return identity.<Object>map(Supplier::get).orElse(NO_CREDENTIAL);
  }

  /** The client of the current identity. One of an earlier identity is closed. */
  GrpcClient client() {
    Object credential = credential();
    if (connected.isPresent() && connected.get().credential().equals(credential)) {
      return connected.get().client();
    }
    connected.ifPresent(outdated -> {
      var _ = outdated.client().close();
    });
    HttpClientOptions options =
        credential instanceof MeshIdentity mesh
            ? MeshTls.client(mesh)
            : new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false);
    GrpcClient client =
        GrpcClient.client(
            context.owner(), new GrpcClientOptions().setMaxMessageSize(MAX_MESSAGE_BYTES), options);
    connected = Optional.of(new Connected(credential, client));
    return client;
  }

  /** Where the address of that number is, looked up if it has a name. */
  Future<SocketAddress> address(int number) {
    Endpoint endpoint = addresses.get(Math.floorMod(number, addresses.size()));
    if (identity.isEmpty()) {
      return Future.succeededFuture(
          SocketAddress.inetSocketAddress(endpoint.port(), endpoint.host()));
    }
    Vertx vertx = context.owner();
    return MeshTls.resolve(vertx, endpoint, PeerIdentity.dnsNameOfControl(region));
  }

  /** Closes the connection and every stream on it. */
  public Future<Void> close() {
    return Future.future(done ->
        context.runOnContext(now -> {
          Future<Void> closing =
              connected.map(open -> open.client().close()).orElse(Future.succeededFuture());
          connected = Optional.empty();
          closing.onComplete(done);
        }));
  }
}
