package dev.hanse.node.forward;

import dev.hanse.api.Member;
import dev.hanse.api.NodeId;
import dev.hanse.api.inference.v1.InferenceGrpcClient;
import dev.hanse.api.inference.v1.QuotaResponse;
import dev.hanse.node.routing.QuotaAsk;
import dev.hanse.node.routing.QuotaGrant;
import dev.hanse.node.serving.QuotaPort;
import io.vertx.core.Future;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * Asks nodes for quota: others over the connections that carry requests, this one by a call.
 *
 * <p>Threads: safe for use from several event loops.
 */
public final class QuotaCalls implements QuotaPort {
  private static final long ANSWER_WITHIN_MILLIS = 1_000;

  private final PeerChannels channels;
  private final NodeId self;
  private final BiFunction<NodeId, QuotaAsk, Optional<QuotaGrant>> here;

  /**
   * Calls from one edge.
   *
   * @param here answers for this node; empty where it runs nothing, or keeps no quotas
   */
  public QuotaCalls(
      PeerChannels channels, NodeId self, BiFunction<NodeId, QuotaAsk, Optional<QuotaGrant>> here) {
    this.channels = channels;
    this.self = self;
    this.here = here;
  }

  @Override
  public Future<QuotaGrant> ask(Member node, QuotaAsk ask) {
    if (node.id().equals(self)) {
      return here.apply(self, ask)
          .map(Future::succeededFuture)
          .orElseGet(() -> Future.failedFuture(new IOException("this node keeps no quotas")));
    }
    Optional<PeerChannels.Use> use = channels.use(node.id());
    if (use.isEmpty()) {
      return Future.failedFuture(new IOException("too many exchanges with " + node.id()));
    }
    return channels
        .addressOf(node)
        .compose(address -> use.get().client().request(address, InferenceGrpcClient.Quota))
        .compose(request -> {
          channels.opened(request.connection());
          return request.send(QuotaWire.toProto(ask));
        })
        .compose(QuotaCalls::answerOf)
        .map(QuotaWire::fromProto)
        .timeout(ANSWER_WITHIN_MILLIS, TimeUnit.MILLISECONDS)
        .onComplete(_ -> use.get().end());
  }

  private static <A> Future<QuotaResponse> answerOf(GrpcClientResponse<A, QuotaResponse> response) {
    return response
        .last()
        .recover(lost -> Future.failedFuture(new IOException("the answer was lost", lost)))
        .compose(answer -> {
          GrpcStatus status = response.status();
          return status == null || status == GrpcStatus.OK
              ? Future.succeededFuture(answer)
              : Future.failedFuture(new IOException("the node refused with " + status));
        });
  }
}
