package dev.hanse.provider.openai;

import dev.hanse.provider.Completion;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import dev.hanse.provider.http.MalformedAnswer;
import dev.hanse.provider.http.StatusTaxonomy;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of each event of a stream: which chunks go on, what is held back, and whether the
 * end is one. Pure; one per exchange.
 *
 * <p>Chunks that only say a role are held until the first with substance, so that an engine that
 * fails before its first token has failed before the first chunk and the request can still move.
 * Every choice that appeared must have finished; {@code [DONE]} does not make up for it.
 */
final class StreamRules {
  private static final int MAX_HELD = 32;
  private static final int MAX_INDEX = 1023;
  private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};

  /** What an event leads to. */
  sealed interface Step {
    record Emit(List<Buffer> chunks) implements Step {}

    /** The terminator; {@link StreamRules#end} says what it ends. */
    record Done() implements Step {}

    record Failed(ProviderFailure failure) implements Step {}
  }

  private static final Step NOTHING = new Step.Emit(List.of());

  private final UsageCount count;
  private final ArrayDeque<Buffer> held = new ArrayDeque<>();
  private final BitSet seen = new BitSet();
  private final BitSet finished = new BitSet();
  private boolean flowing;
  private String finishReason = "";
  private @Nullable Buffer usageChunk;

  StreamRules(long promptChars) {
    this.count = new UsageCount(promptChars);
  }

  Usage usage() {
    return count.usage();
  }

  Step event(Buffer data) {
    byte[] bytes = data.getBytes();
    if (isDone(bytes)) {
      return new Step.Done();
    }
    ChunkScan scan;
    try {
      scan = new ChunkScan(bytes);
      requireIndexes(scan);
    } catch (MalformedAnswer malformed) {
      return new Step.Failed(malformed("a chunk is " + malformed.getMessage()));
    }
    if (scan.isError()) {
      return new Step.Failed(ErrorReading.read(200, Optional.empty(), scan.bytes(), usage()));
    }
    return chunk(scan);
  }

  /** What it amounts to when no more events come: a completion, or the failure it is instead. */
  Ended end() {
    if (seen.isEmpty() || !seen.equals(finished)) {
      return new Ended(
          held(),
          Optional.empty(),
          Optional.of(
              StatusTaxonomy.of(
                  Kind.TRUNCATED,
                  502,
                  "upstream_truncated",
                  "the engine's stream ended without a finish_reason",
                  new Retry.Elsewhere(Duration.ZERO),
                  usage())));
    }
    return new Ended(held(), Optional.of(completion()), Optional.empty());
  }

  private Completion completion() {
    Usage used = usage();
    // A report not worth believing is not worth showing.
    Optional<Buffer> shown = used.reported() ? Optional.ofNullable(usageChunk) : Optional.empty();
    return new Completion(used, shown, finishReason);
  }

  /** Either a completion, after the last chunks, or a failure. */
  record Ended(
      List<Buffer> chunks, Optional<Completion> completion, Optional<ProviderFailure> failure) {}

  ProviderFailure malformed(String what) {
    return StatusTaxonomy.of(
        Kind.MALFORMED,
        502,
        "upstream_malformed",
        what,
        new Retry.Elsewhere(Duration.ZERO),
        usage());
  }

  private Step chunk(ChunkScan scan) {
    boolean after = !scan.choices().isEmpty() && allFinishedBefore(scan);
    count.passed(scan);
    boolean substance = false;
    for (ChunkScan.Choice choice : scan.choices()) {
      seen.set(choice.index());
      substance |= choice.substance();
      if (!choice.finishReason().isEmpty()) {
        finished.set(choice.index());
        if (choice.index() == 0 || finishReason.isEmpty()) {
          finishReason = choice.finishReason();
        }
      }
    }
    if (scan.usage().isPresent()) {
      usageChunk = scan.withoutChoices();
    }
    if (scan.choices().isEmpty() || after) {
      // Empty, or only usage, or a repeated finish: strict clients index choices[0], and each
      // choice may finish once.
      return NOTHING;
    }
    return emit(scan.withoutUsage(), substance);
  }

  private Step emit(Buffer chunk, boolean substance) {
    if (flowing) {
      return new Step.Emit(List.of(chunk));
    }
    held.add(chunk);
    if (!substance && held.size() <= MAX_HELD) {
      return NOTHING;
    }
    flowing = true;
    return new Step.Emit(held());
  }

  private List<Buffer> held() {
    List<Buffer> chunks = new ArrayList<>(held);
    held.clear();
    return chunks;
  }

  /** Whether the chunk concerns only choices that have finished, and adds no text to them. */
  private boolean allFinishedBefore(ChunkScan scan) {
    for (ChunkScan.Choice choice : scan.choices()) {
      if (!finished.get(choice.index()) || choice.textChars() > 0) {
        return false;
      }
    }
    return true;
  }

  private static void requireIndexes(ChunkScan scan) throws MalformedAnswer {
    for (ChunkScan.Choice choice : scan.choices()) {
      if (choice.index() < 0 || choice.index() > MAX_INDEX) {
        throw new MalformedAnswer("numbered beyond any choice");
      }
    }
  }

  private static boolean isDone(byte[] data) {
    if (data.length < DONE.length) {
      return false;
    }
    for (int i = 0; i < DONE.length; i++) {
      if (data[i] != DONE[i]) {
        return false;
      }
    }
    return true;
  }
}
