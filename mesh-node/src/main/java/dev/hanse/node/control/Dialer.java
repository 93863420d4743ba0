package dev.hanse.node.control;

/**
 * Opens one kind of stream to one of several addresses.
 *
 * @param <S> what is sent
 * @param <R> what is received
 */
interface Dialer<S, R> {
  /**
   * Never throws. The listener hears at most one {@code onOpen}, then messages, and in the end
   * exactly one {@code onClosed}, all on the caller's context.
   *
   * @param address counts up from 0 and wraps around the addresses there are
   */
  void dial(int address, Listener<S, R> listener);

  /**
   * What the next stream would prove itself with. One that does not equal the one before means that
   * streams opened earlier use something outdated.
   */
  Object credential();

  /** Hears a stream. */
  interface Listener<S, R> {
    void onOpen(Call<S> call);

    void onMessage(R message);

    /**
     * Ends it.
     *
     * @param reason for the log
     */
    void onClosed(String reason);
  }

  /** This side of an open stream. Every method is harmless once it is closed. */
  interface Call<S> {
    void send(S message);

    /** Whether the other side reads more slowly than this one writes. */
    boolean isCongested();

    /** Runs {@code onPong} when the other side's transport answers, if it does. */
    void ping(Runnable onPong);

    /** Says that nothing more will be sent; the other side should close in turn. */
    void end();

    /** Resets it; the listener may or may not hear of that. */
    void cancel();
  }
}
