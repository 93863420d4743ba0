package dev.hanse.provider.http;

import dev.hanse.provider.Completion;
import dev.hanse.provider.ProviderFailure;
import io.vertx.core.buffer.Buffer;

/** The sink of an answer that has not begun. */
public final class Nobody implements AnswerSink {
  @Override
  public void chunk(Buffer json) {}

  @Override
  public void complete(Completion completion) {}

  @Override
  public void fail(ProviderFailure failure) {}

  @Override
  public boolean open() {
    return false;
  }
}
