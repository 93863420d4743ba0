package dev.hanse.node.forward;

import dev.hanse.api.inference.v1.InferEvent;
import dev.hanse.api.inference.v1.InferRequest;
import dev.hanse.node.serving.Upstream;
import dev.hanse.provider.Completion;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.ExchangeListener;
import dev.hanse.provider.ProviderFailure;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.server.GrpcServerResponse;
import org.jspecify.annotations.Nullable;

/**
 * One forwarded attempt on its node. Reads from the engine no faster than the edge takes.
 *
 * <p>Threads: confined to the event loop of its connection.
 */
final class InferenceCall implements ExchangeListener {
  /** Bytes written and not yet taken before the engine is asked to pause. */
  private static final int WRITE_QUEUE_BYTES = 64 * 1024;

  private final GrpcServerResponse<InferRequest, InferEvent> response;
  private @Nullable Exchange exchange;
  private boolean over;
  private boolean clientGone;
  private boolean full;

  InferenceCall(GrpcServerResponse<InferRequest, InferEvent> response) {
    this.response = response;
    response.setWriteQueueMaxSize(WRITE_QUEUE_BYTES);
  }

  void start(Upstream dispatch, Upstream.Attempt attempt) {
    if (over) {
      return;
    }
    Exchange opened = dispatch.open(attempt, this);
    if (clientGone) {
      opened.cancel();
    } else if (!over) {
      exchange = opened;
      if (full) {
        opened.pause();
      }
    }
  }

  /** The edge reset the stream, or its connection is gone. */
  void onClientGone() {
    if (!over) {
      over = true;
      clientGone = true;
      if (exchange != null) {
        exchange.cancel();
      }
    }
  }

  @Override
  public void onChunk(Buffer json) {
    if (over) {
      return;
    }
    var _ = response.write(InferWire.chunk(json));
    if (response.writeQueueFull() && !full) {
      full = true;
      if (exchange != null) {
        exchange.pause();
      }
      response.drainHandler(_ -> onDrained());
    }
  }

  private void onDrained() {
    full = false;
    if (!over && exchange != null) {
      exchange.resume();
    }
  }

  @Override
  public void onEnd(Completion completion) {
    finish(InferWire.end(completion));
  }

  @Override
  public void onFailure(ProviderFailure failure) {
    finish(InferWire.failure(failure));
  }

  private void finish(InferEvent last) {
    if (!over) {
      over = true;
      var _ = response.end(last);
    }
  }
}
