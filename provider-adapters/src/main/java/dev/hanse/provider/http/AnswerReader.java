package dev.hanse.provider.http;

import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.Usage;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;

/**
 * A dialect's reading of one HTTP answer. Made for one exchange and called on its context only; it
 * tells an {@link AnswerSink} what it reads, and is not called again once that has heard an end.
 */
public interface AnswerReader {
  /** The engine took the request (any 2xx): its answer follows. */
  void begin(MultiMap headers, AnswerSink sink);

  /** The answer's next bytes. */
  void read(Buffer bytes);

  /**
   * No more bytes come.
   *
   * @param whole false when the connection broke
   */
  void end(boolean whole);

  /** What has been used so far, as reported or as counted. */
  Usage usage();

  /** What a status other than 2xx means; the body may have been cut. */
  ProviderFailure refused(int status, MultiMap headers, Buffer body);
}
