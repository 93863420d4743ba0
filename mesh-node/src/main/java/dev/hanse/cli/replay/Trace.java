package dev.hanse.cli.replay;

import java.util.List;

/**
 * A trace, or as much of it as was asked for.
 *
 * @param requests in the order they were sent
 * @param badLines what could not be read
 */
public record Trace(List<TraceRequest> requests, List<BadLine> badLines) {
  public Trace {
    requests = List.copyOf(requests);
    badLines = List.copyOf(badLines);
  }

  /** A line that is no request, and why; the reason does not quote it. */
  public record BadLine(long number, String reason) {
    @Override
    public String toString() {
      return "line " + number + ": " + reason;
    }
  }
}
