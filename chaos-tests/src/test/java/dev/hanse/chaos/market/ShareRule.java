package dev.hanse.chaos.market;

import dev.hanse.hash.Weights;
import java.util.Comparator;
import java.util.List;

/** How the work is shared out among bids. */
sealed interface ShareRule {
  /** Weights in the order of the bids; only their ratios matter. */
  List<Double> weights(List<Bid> bids);

  /** Parts of the work, adding up to 1. */
  default List<Double> shares(List<Bid> bids) {
    List<Double> weights = weights(bids);
    double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
    return weights.stream().map(weight -> weight / sum).toList();
  }

  /** The library's: capacity times price factor; the reference is the median by capacity. */
  record Ours(Weights rule) implements ShareRule {
    static Ours of(double alpha) {
      return new Ours(new Weights(alpha, Weights.DEFAULT.clamp()));
    }

    @Override
    public List<Double> weights(List<Bid> bids) {
      double reference = median(bids);
      return bids.stream().map(bid -> rule.weight(bid.capacity(), reference, bid.cost())).toList();
    }

    /** By capacity, so that splitting does not move it; the lower of two. */
    static double median(List<Bid> bids) {
      List<Bid> sorted = bids.stream().sorted(Comparator.comparingDouble(Bid::cost)).toList();
      double left = sorted.stream().mapToDouble(Bid::capacity).sum() / 2;
      for (Bid bid : sorted) {
        left -= bid.capacity();
        if (left <= 1e-12) {
          return bid.cost();
        }
      }
      return sorted.getLast().cost();
    }
  }

  /** OpenRouter's documented default: the price to the power of -2, whatever the capacity. */
  record InverseSquare() implements ShareRule {
    @Override
    public List<Double> weights(List<Bid> bids) {
      return bids.stream().map(bid -> 1 / (bid.cost() * bid.cost())).toList();
    }
  }
}
