package dev.hanse.cli.compare;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * At random, in proportion to 1/price², as OpenRouter documents its default. Sees prices only: no
 * simulated node fails, so its exclusion of failing ones has nothing to do.
 */
final class PriceWeighted implements Policy {
  private final RandomGenerator random;
  private final List<Double> weights;
  private final double sum;

  PriceWeighted(List<Server> servers, RandomGenerator random) {
    this.random = random;
    this.weights =
        servers.stream()
            .map(server -> 1 / Math.pow((double) server.price().inputMicrosPerMtok(), 2))
            .toList();
    this.sum = weights.stream().mapToDouble(Double::doubleValue).sum();
  }

  @Override
  public int choose(Prompt prompt, Gauges gauges, long nanos) {
    double left = random.nextDouble() * sum;
    for (int node = 0; node < weights.size() - 1; node++) {
      left -= weights.get(node);
      if (left < 0) {
        return node;
      }
    }
    return weights.size() - 1;
  }
}
