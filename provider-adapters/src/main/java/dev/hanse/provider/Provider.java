package dev.hanse.provider;

import io.vertx.core.Future;
import java.util.List;

/**
 * An inference engine that speaks some dialect. Requests and answers are OpenAI JSON on this side
 * of the port, whatever the engine speaks on the other.
 *
 * <p>Threads: every method is called on an event loop and never blocks; the listener of an exchange
 * is called on the context that opened it. Implementations are safe for use from several event
 * loops.
 */
public interface Provider {
  /**
   * Names the upstream in metrics, logs and answers, for example {@code openai} or {@code
   * simulated}.
   */
  String name();

  /** What the engine can do beyond answering. */
  Capability capability();

  /**
   * Starts one request. Failures reach the listener; none is thrown. The listener hears any number
   * of chunks, then exactly one of {@code onEnd} and {@code onFailure}, and nothing after {@link
   * Exchange#cancel}.
   */
  Exchange open(EngineRequest request, ExchangeListener listener);

  /**
   * Asks the engine whether it would take a request now. Fails with {@link EngineUnavailable} when
   * it would not.
   */
  Future<EngineStatus> status();

  /** The models the engine has loaded. */
  Future<List<EngineModel>> models();

  /** Releases connections and cancels what is in flight. Idempotent. */
  Future<Void> close();
}
