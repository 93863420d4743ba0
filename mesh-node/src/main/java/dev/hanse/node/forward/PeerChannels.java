package dev.hanse.node.forward;

import dev.hanse.api.Member;
import dev.hanse.api.NodeId;
import dev.hanse.api.tls.MeshIdentity;
import dev.hanse.api.tls.MeshTls;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.api.tls.RevokedPeers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * This node's connections to others, pooled by member and bounded. A renewed identity opens new
 * connections; those made with the old one end with their last exchange.
 *
 * <p>Threads: safe for any.
 */
public final class PeerChannels {
  /** The largest request or chunk: what an edge accepts, with room for its envelope. */
  public static final int MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

  /** Connections to one member. */
  private static final int CONNECTIONS_PER_MEMBER = 2;

  /** Exchanges on one connection: an HTTP/2 server allows 100 unless it says otherwise. */
  private static final int EXCHANGES_PER_CONNECTION = 100;

  /**
   * Bytes in flight on one connection. A client that does not read holds back the 64 KiB window of
   * its own exchange, and with the same window for the whole connection it would hold back every
   * other exchange on it. This is room for all of them to stand still.
   */
  private static final int CONNECTION_WINDOW_BYTES = (EXCHANGES_PER_CONNECTION + 28) * 64 * 1024;

  private static final int IDLE_SECONDS = 60;

  private final Vertx vertx;
  private final RevokedPeers revoked;
  private final Function<Member, Future<SocketAddress>> addressOf;
  private volatile Channel channel;

  /**
   * Connections made with one identity: as many clients as each member may have connections, since
   * a gRPC client keeps one connection to each.
   */
  private static final class Channel {
    private final List<GrpcClient> clients;
    private final Map<NodeId, int[]> exchanges = new HashMap<>();
    private boolean retired;

    Channel(List<GrpcClient> clients) {
      this.clients = clients;
    }

    /** The client with the fewest exchanges with the member, or -1 when all are in full use. */
    synchronized int enter(NodeId member) {
      int[] counts = exchanges.computeIfAbsent(member, _ -> new int[clients.size()]);
      int least = 0;
      for (int i = 1; i < counts.length; i++) {
        least = counts[i] < counts[least] ? i : least;
      }
      if (counts[least] == EXCHANGES_PER_CONNECTION) {
        return -1;
      }
      counts[least]++;
      return least;
    }

    synchronized void leave(NodeId member, int client) {
      int[] counts = exchanges.get(member);
      if (counts == null || --counts[client] < 0) {
        throw new IllegalStateException("an exchange with " + member + " ended twice");
      }
      if (Arrays.stream(counts).allMatch(count -> count == 0)) {
        exchanges.remove(member);
      }
      closeWhenDone();
    }

    synchronized void retire() {
      retired = true;
      closeWhenDone();
    }

    private void closeWhenDone() {
      if (retired && exchanges.isEmpty()) {
        clients.forEach(client -> {
          var _ = client.close();
        });
      }
    }

    Future<Void> close() {
      return Future.join(clients.stream().map(GrpcClient::close).toList()).mapEmpty();
    }
  }

  private PeerChannels(
      Vertx vertx,
      RevokedPeers revoked,
      HttpClientOptions options,
      Function<Member, Future<SocketAddress>> addressOf) {
    this.vertx = vertx;
    this.revoked = revoked;
    this.addressOf = addressOf;
    this.channel = new Channel(clientsOf(options));
  }

  /** Connections that prove who both ends are. */
  public static PeerChannels mutual(Vertx vertx, MeshIdentity identity) {
    return mutual(vertx, identity, new RevokedPeers());
  }

  /** As above; none to whom is revoked, and those there are end when that is learnt. */
  public static PeerChannels mutual(Vertx vertx, MeshIdentity identity, RevokedPeers revoked) {
    return new PeerChannels(
        vertx,
        revoked,
        MeshTls.client(identity, revoked),
        member ->
            MeshTls.resolve(
                vertx, member.address(), PeerIdentity.dnsNameOfNode(member.region(), member.id())));
  }

  /** Connections that prove nothing, for tests. */
  static PeerChannels plaintext(Vertx vertx) {
    return new PeerChannels(
        vertx,
        new RevokedPeers(),
        new HttpClientOptions()
            .setProtocolVersion(HttpVersion.HTTP_2)
            .setHttp2ClearTextUpgrade(false)
            .setTcpNoDelay(true),
        member ->
            Future.succeededFuture(
                SocketAddress.inetSocketAddress(member.address().port(), member.address().host())));
  }

  private List<GrpcClient> clientsOf(HttpClientOptions options) {
    options
        .setHttp2MultiplexingLimit(EXCHANGES_PER_CONNECTION)
        .setHttp2ConnectionWindowSize(CONNECTION_WINDOW_BYTES)
        .setHttp2KeepAliveTimeout(IDLE_SECONDS);
    return Stream.generate(() ->
            GrpcClient.builder(vertx)
                .with(new GrpcClientOptions().setMaxMessageSize(MAX_MESSAGE_BYTES))
                .with(options)
                .build())
        .limit(CONNECTIONS_PER_MEMBER)
        .toList();
  }

  /** Puts a renewed identity in force. */
  public void renew(MeshIdentity identity) {
    Channel old = channel;
    channel = new Channel(clientsOf(MeshTls.client(identity, revoked)));
    old.retire();
  }

  /** Ends every connection. */
  public Future<Void> close() {
    return channel.close();
  }

  /** An exchange has a connection: it ends with the other side's trust. */
  void opened(HttpConnection connection) {
    revoked.watchOwn(connection);
  }

  Future<SocketAddress> addressOf(Member member) {
    return addressOf.apply(member);
  }

  /** A connection for one more exchange with the member; empty when it has as many as it may. */
  Optional<Use> use(NodeId member) {
    Channel current = channel;
    int client = current.enter(member);
    return client < 0 ? Optional.empty() : Optional.of(new Use(current, member, client));
  }

  /** One exchange's hold on a connection. Given back once. */
  static final class Use {
    private final Channel channel;
    private final NodeId member;
    private final int client;
    private boolean over;

    private Use(Channel channel, NodeId member, int client) {
      this.channel = channel;
      this.member = member;
      this.client = client;
    }

    GrpcClient client() {
      return channel.clients.get(client);
    }

    void end() {
      if (!over) {
        over = true;
        channel.leave(member, client);
      }
    }
  }
}
