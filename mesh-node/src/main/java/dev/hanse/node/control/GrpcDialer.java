package dev.hanse.node.control;

import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;

/** Opens one method's streams over a channel. */
record GrpcDialer<S, R>(ControlChannel channel, ServiceMethod<R, S> method)
    implements Dialer<S, R> {
  private static final Buffer PING = Buffer.buffer("hanse-ok"); // HTTP/2 pings carry 8 bytes.

  @Override
  public Object credential() {
    return channel.credential();
  }

  @Override
  public void dial(int address, Listener<S, R> listener) {
    var once = new Once<>(listener);
    channel
        .address(address)
        .compose(peer -> channel.client().request(peer, method))
        .onSuccess(request -> begin(request, once))
        .onFailure(failure -> once.onClosed(reason(failure)));
  }

  private void begin(GrpcClientRequest<S, R> request, Once<S, R> listener) {
    request.exceptionHandler(failure -> listener.onClosed(reason(failure)));
    request
        .response()
        .onSuccess(response -> listen(response, listener))
        .onFailure(failure -> listener.onClosed(reason(failure)));
    listener.onOpen(new GrpcCall<>(request));
  }

  private void listen(GrpcClientResponse<S, R> response, Once<S, R> listener) {
    if (response.status() != null && response.status() != GrpcStatus.OK) {
      listener.onClosed(status(response));
      return;
    }
    response.handler(listener::onMessage);
    response.invalidMessageHandler(invalid -> listener.onClosed("a message that cannot be read"));
    response.errorHandler(error -> listener.onClosed("stream error " + error));
    response.exceptionHandler(failure -> listener.onClosed(reason(failure)));
    response.endHandler(ended -> listener.onClosed(status(response)));
  }

  private static String status(GrpcClientResponse<?, ?> response) {
    String message = response.statusMessage();
    return "status " + response.status() + (message == null ? "" : ": " + message);
  }

  private static String reason(Throwable failure) {
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }

  /** gRPC tells of one end in several ways; the listener is to hear it once, and nothing after. */
  private static final class Once<S, R> implements Listener<S, R> {
    private final Listener<S, R> listener;
    private boolean closed;

    Once(Listener<S, R> listener) {
      this.listener = listener;
    }

    @Override
    public void onOpen(Call<S> call) {
      listener.onOpen(call);
    }

    @Override
    public void onMessage(R message) {
      if (!closed) {
        listener.onMessage(message);
      }
    }

    @Override
    public void onClosed(String reason) {
      if (!closed) {
        closed = true;
        listener.onClosed(reason);
      }
    }
  }

  private record GrpcCall<S>(GrpcClientRequest<S, ?> request) implements Call<S> {
    @Override
    public void send(S message) {
      // A failed write ends the stream, and its end is heard of elsewhere.
      var _ = request.write(message);
    }

    @Override
    public boolean isCongested() {
      return request.writeQueueFull();
    }

    @Override
    public void ping(Runnable onPong) {
      var _ = request.connection().ping(PING).onSuccess(pong -> onPong.run());
    }

    @Override
    public void end() {
      var _ = request.end();
    }

    @Override
    public void cancel() {
      request.cancel();
    }
  }
}
