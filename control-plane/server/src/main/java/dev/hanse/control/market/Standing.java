package dev.hanse.control.market;

import dev.hanse.api.Bid;
import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.api.Quote;
import java.util.List;
import java.util.Optional;

/**
 * Where a seller stands with one model, for people.
 *
 * @param bid the one in force; empty where none is
 * @param next the one that applies from the next epoch
 * @param share of the region's weight for the model, 0 to 1
 * @param trust the share of its claimed capacity it is believed
 * @param why what bears on its weight, in words
 */
public record Standing(
    NodeId node,
    ModelId model,
    Optional<Bid> bid,
    Optional<Bid> next,
    Quote quote,
    EffectiveCost cost,
    double share,
    double failureRate,
    double ttftSeconds,
    double trust,
    List<String> why) {
  public Standing {
    why = List.copyOf(why);
  }
}
