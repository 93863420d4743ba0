package dev.hanse.cli.compare;

import dev.hanse.api.NodeId;
import dev.hanse.api.Price;
import dev.hanse.provider.simulated.batching.GpuProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The nodes a trace is replayed over. Their prices lie between 0.10 and 0.20 USD per million prompt
 * tokens in equal ratios, dealt out by the seed; a cached token costs a quarter of that, a
 * completion token three times as much. A factor of two is what OpenRouter lists between the
 * cheapest and the usual seller of one small model; it is an assumption, not a measurement.
 */
final class Fleet {
  private static final double CHEAPEST_USD = 0.10;
  private static final double SPREAD = 2;
  private static final double MICROS = 1e6;

  /**
   * What a node announces as its cap: this many seconds of its own prefill. Above it a request
   * would wait longer than that for its first token; it is better off elsewhere.
   */
  static final int CAP_SECONDS = 20;

  private Fleet() {}

  /**
   * A fleet.
   *
   * @param gpus dealt out in turn
   */
  static List<Server> of(int nodes, List<GpuProfile> gpus, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Integer> steps = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      steps.add(random.nextInt(i + 1), i);
    }
    List<Server> servers = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      GpuProfile gpu = gpus.get(i % gpus.size());
      double ratio = nodes == 1 ? 0 : (double) steps.get(i) / (nodes - 1);
      long input = Math.round(CHEAPEST_USD * Math.pow(SPREAD, ratio) * MICROS / 100) * 100;
      servers.add(
          new Server(
              new NodeId("node-" + (i + 1), gpu.name()),
              gpu,
              new Price(input, input / 4, input * 3),
              (long) (CAP_SECONDS * gpu.prefillTokensPerSecond())));
    }
    return List.copyOf(servers);
  }
}
