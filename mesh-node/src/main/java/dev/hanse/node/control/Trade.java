package dev.hanse.node.control;

import dev.hanse.api.Outcomes;
import dev.hanse.api.SignedBid;
import java.util.List;

/** A node's part in the market, as its reports carry it. Called on the reports' context. */
public interface Trade {
  /** Neither sells nor buys. */
  Trade NONE =
      new Trade() {
        @Override
        public List<SignedBid> bids() {
          return List.of();
        }

        @Override
        public List<Outcomes> outcomes() {
          return List.of();
        }
      };

  /** Every bid that stands, signed with the newest identity; the same until something changes. */
  List<SignedBid> bids();

  /** What was seen of sellers since this was last asked; at most 512. */
  List<Outcomes> outcomes();

  /**
   * The control plane has judged a bid.
   *
   * @param code empty: accepted
   * @param lastSequence the highest it has accepted for the model; 0 for none
   */
  default void judged(
      String model, long sequence, String code, String message, long lastSequence) {}
}
