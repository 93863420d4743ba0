package dev.hanse.cli.replay;

import java.time.Duration;
import java.util.List;

/**
 * One request of a trace.
 *
 * @param line where it stands in the file, counted from 1
 * @param offset when it was sent, after the first one
 * @param inputTokens of its prompt; 1 or more
 * @param outputTokens of its answer; 1 or more
 * @param blockIds of its prompt's blocks, equal where the text up to there is equal; empty where
 *     the trace does not say
 */
public record TraceRequest(
    long line, Duration offset, int inputTokens, int outputTokens, List<Long> blockIds) {
  public TraceRequest {
    blockIds = List.copyOf(blockIds);
  }

  TraceRequest since(Duration first) {
    return new TraceRequest(line, offset.minus(first), inputTokens, outputTokens, blockIds);
  }
}
