package dev.hanse.provider.http;

import dev.hanse.provider.Completion;
import dev.hanse.provider.ProviderFailure;
import io.vertx.core.buffer.Buffer;

/** Takes what a dialect reads; silent once it has heard an end or was cancelled. */
public interface AnswerSink {
  void chunk(Buffer json);

  void complete(Completion completion);

  void fail(ProviderFailure failure);

  /** Whether anything told now would still be heard. */
  boolean open();
}
