package dev.hanse.cli.compare;

import dev.hanse.cli.replay.TraceRequest;
import dev.hanse.provider.simulated.batching.GpuProfile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Conversations made up for tests: each turn repeats what was said and adds to it. */
final class SampleTrace {
  static final int TOKENS_PER_BLOCK = 512;

  private SampleTrace() {}

  /** Turns of several conversations that all open alike, a second apart. */
  static List<TraceRequest> conversations(int conversations, int turns, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<TraceRequest> requests = new ArrayList<>();
    List<List<Long>> said = new ArrayList<>();
    for (int i = 0; i < conversations; i++) {
      said.add(new ArrayList<>(List.of(0L)));
    }
    long name = 1;
    for (int i = 0; i < conversations * turns; i++) {
      List<Long> blocks = said.get(i % conversations);
      for (int added = random.nextInt(2, 9); added > 0; added--) {
        blocks.add(name++);
      }
      int rest = random.nextInt(1, TOKENS_PER_BLOCK + 1);
      requests.add(
          new TraceRequest(
              i + 1,
              Duration.ofMillis(250L * i),
              (blocks.size() - 1) * TOKENS_PER_BLOCK + rest,
              random.nextInt(1, 400),
              blocks));
      // Its last block was not full, so the next turn's block there is another.
      blocks.set(blocks.size() - 1, name++);
    }
    return requests;
  }

  static String json(List<TraceRequest> requests) {
    StringBuilder text = new StringBuilder();
    for (TraceRequest request : requests) {
      text.append("{\"timestamp\": ")
          .append(request.offset().toMillis())
          .append(", \"input_length\": ")
          .append(request.inputTokens())
          .append(", \"output_length\": ")
          .append(request.outputTokens())
          .append(", \"hash_ids\": ")
          .append(request.blockIds())
          .append("}\n");
    }
    return text.toString();
  }

  static List<Prompt> prompts(List<TraceRequest> requests) {
    return requests.stream().map(request -> Prompt.of(request, 1, TOKENS_PER_BLOCK)).toList();
  }

  static List<Server> fleet(int nodes) {
    return Fleet.of(nodes, List.of(GpuProfile.A100), 1);
  }
}
