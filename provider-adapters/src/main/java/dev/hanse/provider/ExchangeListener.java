package dev.hanse.provider;

import io.vertx.core.buffer.Buffer;

/** Hears the answer to one request. */
public interface ExchangeListener {
  /**
   * One OpenAI JSON object on a single line: a chunk when streaming, else the whole answer. The
   * usage chunk (the one without choices) does not come this way but with {@link #onEnd}.
   */
  void onChunk(Buffer json);

  void onEnd(Completion completion);

  void onFailure(ProviderFailure failure);
}
