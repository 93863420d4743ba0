package dev.hanse.node.control;

import java.util.ArrayList;
import java.util.List;

/** Remembers what was dialled and sent; the test plays the other side. */
final class ScriptedDialer<S, R> implements Dialer<S, R> {
  final List<Line> lines = new ArrayList<>();
  Object credential = "first";

  @Override
  public void dial(int address, Listener<S, R> listener) {
    lines.add(new Line(address, listener));
  }

  @Override
  public Object credential() {
    return credential;
  }

  Line last() {
    return lines.getLast();
  }

  /** One stream, of both sides. */
  final class Line implements Call<S> {
    final int address;
    final List<S> sent = new ArrayList<>();
    boolean congested;
    boolean answersPings = true;
    boolean ended;
    boolean cancelled;
    private final Listener<S, R> listener;

    Line(int address, Listener<S, R> listener) {
      this.address = address;
      this.listener = listener;
    }

    Line open() {
      listener.onOpen(this);
      return this;
    }

    void say(R message) {
      listener.onMessage(message);
    }

    void close(String reason) {
      listener.onClosed(reason);
    }

    @Override
    public void send(S message) {
      sent.add(message);
    }

    @Override
    public boolean isCongested() {
      return congested;
    }

    @Override
    public void ping(Runnable onPong) {
      if (answersPings) {
        onPong.run();
      }
    }

    @Override
    public void end() {
      ended = true;
    }

    @Override
    public void cancel() {
      cancelled = true;
      listener.onClosed("cancelled"); // As gRPC does.
    }
  }
}
