package dev.hanse.control.market;

import dev.hanse.api.Price;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a seller is paid where pay does not depend on its own bid: as much as the dearest seller one
 * would need without it, cheapest first until their capacity covers demand and headroom. Never less
 * than it asked or than its floor, never more than the reserve.
 */
record MarginalPrice(double headroom, Optional<Price> reserve) {
  Price of(Ask own, List<Ask> all) {
    Price asked = own.bid().price();
    double factor = factor(own, all);
    if (factor <= 1 || reserve.isEmpty()) {
      return asked;
    }
    Price most = reserve.get();
    Price floor = own.bid().floor();
    return new Price(
        part(
            asked.inputMicrosPerMtok(),
            factor,
            floor.inputMicrosPerMtok(),
            most.inputMicrosPerMtok()),
        part(
            asked.cachedInputMicrosPerMtok(),
            factor,
            floor.cachedInputMicrosPerMtok(),
            most.cachedInputMicrosPerMtok()),
        part(
            asked.outputMicrosPerMtok(),
            factor,
            floor.outputMicrosPerMtok(),
            most.outputMicrosPerMtok()));
  }

  /** By how much its bid may rise before the others could do without it. */
  private double factor(Ask own, List<Ask> all) {
    List<Ask> others =
        all.stream()
            .filter(ask -> !ask.node().equals(own.node()))
            .sorted(
                Comparator.comparingDouble((Ask ask) -> ask.cost().total())
                    .thenComparing(Ask::node))
            .toList();
    // Only the others' load: what a seller says of itself must not move what it is paid.
    double need = (1 + headroom) * others.stream().mapToDouble(Ask::busyTokens).sum();
    double held = 0;
    for (Ask other : others) {
      held += (double) other.capacityTokens();
      if (held >= need) {
        return other.cost().total() / own.cost().total();
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  private static long part(long asked, double factor, long floor, long most) {
    long raised = (long) Math.min(Math.rint(asked * factor), (double) most);
    return Math.min(Math.max(Math.max(raised, asked), floor), most);
  }
}
