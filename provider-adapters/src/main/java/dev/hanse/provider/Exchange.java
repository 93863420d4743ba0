package dev.hanse.provider;

/** One request in flight. Methods may be called from the context that opened it, at any time. */
public interface Exchange {
  /** Stops reading from the engine; what was read already is still delivered. */
  void pause();

  void resume();

  /**
   * Gives up: the engine is told (its connection or stream is reset) and the listener hears nothing
   * more.
   */
  void cancel();
}
