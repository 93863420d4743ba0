package dev.hanse.provider.fake;

import dev.hanse.provider.Completion;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.http.AnswerReader;
import dev.hanse.provider.http.AnswerSink;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Recorded streams of engines ({@code .sse}) and what a client must see of them ({@code .txt}). */
public final class Transcript {
  private Transcript() {}

  /** The golden lines: chunks, then one line that says how it ended. */
  public static String client(String name) {
    return new String(resource(name + ".txt"), StandardCharsets.UTF_8);
  }

  /** The lines heard when the recorded bytes come in portions of this many. */
  public static String heard(AnswerReader reader, MultiMap headers, String name, int portionBytes) {
    byte[] bytes = resource(name + ".sse");
    Lines lines = new Lines();
    reader.begin(headers, lines);
    for (int from = 0; from < bytes.length && lines.open(); from += portionBytes) {
      int to = (int) Math.min(bytes.length, (long) from + portionBytes);
      reader.read(Buffer.buffer(bytes).getBuffer(from, to));
      if (to == bytes.length) {
        break;
      }
    }
    if (lines.open()) {
      reader.end(true);
    }
    return lines.text.toString();
  }

  private static byte[] resource(String name) {
    try (InputStream in = Transcript.class.getResourceAsStream("/transcripts/" + name)) {
      if (in == null) {
        throw new AssertionError("no transcript " + name);
      }
      return in.readAllBytes();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private static final class Lines implements AnswerSink {
    private final StringBuilder text = new StringBuilder();
    private boolean ended;

    @Override
    public void chunk(Buffer json) {
      if (!ended) {
        text.append(json).append('\n');
      }
    }

    @Override
    public void complete(Completion completion) {
      if (!ended) {
        ended = true;
        text.append("END ").append(completion.finishReason()).append(' ');
        text.append(completion.usage()).append('\n');
        completion
            .usageChunk()
            .ifPresent(chunk -> text.append("USAGE ").append(chunk).append('\n'));
      }
    }

    @Override
    public void fail(ProviderFailure failure) {
      if (!ended) {
        ended = true;
        text.append("FAILURE ").append(failure.kind()).append(' ').append(failure.code());
        text.append(' ').append(failure.retry()).append(' ').append(failure.partialUsage());
        text.append('\n');
      }
    }

    @Override
    public boolean open() {
      return !ended;
    }
  }
}
