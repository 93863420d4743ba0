package dev.hanse.node.forward;

import dev.hanse.api.inference.v1.InferEvent;
import dev.hanse.api.inference.v1.InferRequest;
import dev.hanse.api.inference.v1.InferenceGrpcClient;
import dev.hanse.node.serving.Alarms;
import dev.hanse.node.serving.Alarms.Alarm;
import dev.hanse.node.serving.Upstream;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import io.vertx.core.AsyncResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One attempt on another node. Nothing ends it silently: a stream that stops without an end or a
 * failure is a failure of its own.
 *
 * <p>Threads: confined to the context that opened it.
 */
final class ForwardedExchange implements Exchange {
  /** How long after the budget the node is given to say so itself. */
  private static final Duration GRACE = Duration.ofMillis(250);

  private final PeerChannels.Use use;
  private final ExchangeListener listener;
  private @Nullable GrpcClientRequest<InferRequest, InferEvent> request;
  private @Nullable GrpcClientResponse<InferRequest, InferEvent> response;
  private Alarm deadline = Alarm.NONE;
  private boolean over;
  private boolean paused;
  private boolean heard;

  ForwardedExchange(PeerChannels.Use use, ExchangeListener listener) {
    this.use = use;
    this.listener = listener;
  }

  void start(PeerChannels channels, Alarms alarms, Upstream.Attempt attempt) {
    deadline = alarms.after(attempt.request().budget().plus(GRACE), this::onDeadline);
    var _ =
        channels
            .addressOf(attempt.node())
            .compose(address -> use.client().request(address, InferenceGrpcClient.Infer))
            .onComplete(opened -> onOpened(channels, opened, attempt));
  }

  private void onOpened(
      PeerChannels channels,
      AsyncResult<GrpcClientRequest<InferRequest, InferEvent>> opened,
      Upstream.Attempt attempt) {
    if (opened.failed()) {
      end(notConnected());
      return;
    }
    GrpcClientRequest<InferRequest, InferEvent> opening = Objects.requireNonNull(opened.result());
    if (over) {
      opening.cancel();
      return;
    }
    request = opening;
    channels.opened(opening.connection());
    opening.exceptionHandler(_ -> onLost());
    var _ = opening.response().onComplete(this::onResponse);
    var _ = opening.end(InferWire.toProto(attempt)).onFailure(_ -> onLost());
  }

  private void onResponse(AsyncResult<GrpcClientResponse<InferRequest, InferEvent>> answer) {
    if (over) {
      return;
    }
    if (answer.failed()) {
      onLost();
      return;
    }
    GrpcClientResponse<InferRequest, InferEvent> answering =
        Objects.requireNonNull(answer.result());
    response = answering;
    answering.exceptionHandler(_ -> onLost());
    answering.errorHandler(_ -> onLost());
    answering.invalidMessageHandler(_ -> breakOff(malformed("an unreadable message")));
    answering.handler(this::onEvent);
    answering.endHandler(_ -> onStreamEnd(answering));
    if (paused) {
      answering.pause();
    }
  }

  private void onEvent(InferEvent event) {
    if (over) {
      return;
    }
    try {
      switch (event.getEventCase()) {
        case CHUNK -> {
          Buffer chunk = InferWire.chunk(event.getChunk());
          heard = true;
          listener.onChunk(chunk);
        }
        case END -> {
          var completion = InferWire.completion(event.getEnd());
          if (finish()) {
            listener.onEnd(completion);
          }
        }
        case FAILURE -> end(InferWire.failure(event.getFailure()));
        case EVENT_NOT_SET -> breakOff(malformed("an event of an unknown kind"));
      }
    } catch (IllegalArgumentException refused) {
      breakOff(malformed(String.valueOf(refused.getMessage())));
    }
  }

  private void onStreamEnd(GrpcClientResponse<InferRequest, InferEvent> answering) {
    if (over) {
      return;
    }
    GrpcStatus status = answering.status();
    if (heard || status == GrpcStatus.OK || status == null) {
      onLost();
    } else {
      end(refused(status));
    }
  }

  private void onDeadline() {
    breakOff(
        failure(
            heard ? Kind.TRUNCATED : Kind.TIMEOUT,
            504,
            "node_timeout",
            "The node did not answer within the request's time.",
            new Retry.Never()));
  }

  /** The connection or the stream is gone. */
  private void onLost() {
    end(
        heard
            ? failure(
                Kind.TRUNCATED,
                502,
                "node_lost",
                "The connection to the node was lost in the middle of the answer.",
                new Retry.Never())
            : failure(
                Kind.UNREACHABLE,
                502,
                "node_lost",
                "The connection to the node was lost.",
                new Retry.Elsewhere(Duration.ZERO)));
  }

  private static ProviderFailure notConnected() {
    return failure(
        Kind.UNREACHABLE,
        502,
        "node_unreachable",
        "No connection to the node.",
        new Retry.Elsewhere(Duration.ZERO));
  }

  /** This node has as many exchanges with the other as it may. */
  static ProviderFailure busy() {
    return failure(
        Kind.OVERLOADED,
        503,
        "node_busy",
        "Too many exchanges with the node at once.",
        new Retry.Elsewhere(Duration.ZERO));
  }

  private static ProviderFailure refused(GrpcStatus status) {
    Kind kind =
        status == GrpcStatus.PERMISSION_DENIED || status == GrpcStatus.UNAUTHENTICATED
            ? Kind.AUTHENTICATION
            : Kind.UNREACHABLE;
    return failure(
        kind,
        502,
        "node_refused",
        "The node refused the request with gRPC status " + status + ".",
        new Retry.Elsewhere(Duration.ZERO));
  }

  private ProviderFailure malformed(String what) {
    return failure(
        Kind.MALFORMED,
        502,
        "node_malformed",
        "The node sent " + what + ".",
        heard ? new Retry.Never() : new Retry.Elsewhere(Duration.ZERO));
  }

  private static ProviderFailure failure(
      Kind kind, int status, String code, String message, Retry retry) {
    return new ProviderFailure(kind, status, code, message, retry, Usage.NONE, Optional.empty());
  }

  /** Ends it from this side: the node is told. */
  private void breakOff(ProviderFailure failure) {
    if (finish()) {
      reset();
      listener.onFailure(failure);
    }
  }

  private void end(ProviderFailure failure) {
    if (finish()) {
      listener.onFailure(failure);
    }
  }

  private boolean finish() {
    if (over) {
      return false;
    }
    over = true;
    deadline.cancel();
    use.end();
    return true;
  }

  /** After {@link #finish}: the request's own handlers hear of the reset, too. */
  private void reset() {
    if (request != null) {
      request.cancel();
    }
  }

  @Override
  public void pause() {
    paused = true;
    if (response != null) {
      response.pause();
    }
  }

  @Override
  public void resume() {
    paused = false;
    if (response != null) {
      response.resume();
    }
  }

  @Override
  public void cancel() {
    if (finish()) {
      reset();
    }
  }
}
