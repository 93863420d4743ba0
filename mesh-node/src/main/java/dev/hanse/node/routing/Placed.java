package dev.hanse.node.routing;

import dev.hanse.api.Member;
import dev.hanse.api.Price;
import java.util.OptionalLong;

/**
 * A node chosen for a request, and why.
 *
 * @param price its price at the moment of choice: what the answer will cost, whatever it bids later
 * @param epoch of the quote that price is from; empty where nobody quoted and the price is what the
 *     node announced
 * @param reason in one line of printable ASCII, fit for a header: how it was chosen and what was
 *     ruled out, for example {@code prefix-match 12/14 blocks; ring 1st; 2 of 9 excluded: price 1,
 *     draining 1}
 */
public record Placed(Member node, Price price, OptionalLong epoch, String reason) {
  /** A node placed on at its announced price: no market has quoted it. */
  public Placed(Member node, Price price, String reason) {
    this(node, price, OptionalLong.empty(), reason);
  }
}
