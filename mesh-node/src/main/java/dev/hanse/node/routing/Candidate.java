package dev.hanse.node.routing;

import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.Price;
import dev.hanse.api.Quote;

/**
 * A member that offers a model, as of one view.
 *
 * @param ordinal its place among the model's candidates in that view
 * @param residency where data placed in its region may be said to be; empty where unknown
 */
record Candidate(int ordinal, Member member, ModelOffer offer, Load load, String residency) {
  /** What a lease made now locks in: the price of the epoch's quote where there is one. */
  Price price() {
    return offer.salePrice();
  }

  /** Whether its region's market sells it in this epoch; what has no quote is for sale. */
  boolean isForSale() {
    return offer.quote().map(Quote::isForSale).orElse(true);
  }
}
