package dev.hanse.provider.simulated.batching;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes down what an engine says. */
final class Recorder implements BatchListener {
  final List<String> lines = new ArrayList<>();
  final Map<Long, Integer> cached = new HashMap<>();
  final Map<Long, Integer> tokens = new HashMap<>();
  final Map<Long, Long> firstTokenNanos = new HashMap<>();
  final Map<Long, Long> finishedNanos = new HashMap<>();

  @Override
  public void onAdmitted(long sequence, int cachedTokens, long nanos) {
    lines.add(nanos + " admitted " + sequence + " cached " + cachedTokens);
    cached.put(sequence, cachedTokens);
  }

  @Override
  public void onToken(long sequence, int generated, long nanos) {
    lines.add(nanos + " token " + sequence + " " + generated);
    if (tokens.merge(sequence, 1, Integer::sum) != generated) {
      throw new AssertionError("sequence " + sequence + " skipped to token " + generated);
    }
    firstTokenNanos.putIfAbsent(sequence, nanos);
  }

  @Override
  public void onFinished(long sequence, long nanos) {
    lines.add(nanos + " finished " + sequence);
    if (finishedNanos.put(sequence, nanos) != null) {
      throw new AssertionError("sequence " + sequence + " finished twice");
    }
  }

  /** Lets virtual time run until nothing is left to do. */
  static void drain(BatchEngine engine) {
    for (var next = engine.nextEventNanos(); next.isPresent(); next = engine.nextEventNanos()) {
      engine.advanceTo(next.getAsLong());
    }
  }
}
