package dev.hanse.control.market;

import dev.hanse.api.Bid;
import dev.hanse.api.Price;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What a bid must hold to, whoever made it and whatever was bid before. */
record BidRules(MarketTerms terms) {
  /** What is wrong with a bid. */
  record Objection(BidRefusal reason, String message) {}

  /**
   * Checks a bid by itself.
   *
   * @param appliesFrom when the epoch begins that it would first apply in
   */
  Optional<Objection> objection(Bid bid, Instant now, Instant appliesFrom) {
    return time(bid, now, appliesFrom).or(() -> price(bid));
  }

  private Optional<Objection> time(Bid bid, Instant now, Instant appliesFrom) {
    Duration validity = Duration.between(bid.validFrom(), bid.validUntil());
    if (!bid.validUntil().isAfter(now)) {
      return because(BidRefusal.EXPIRED, "it ended at " + bid.validUntil());
    }
    if (validity.compareTo(terms.shortestValidity()) < 0) {
      return because(
          BidRefusal.VALIDITY_TOO_SHORT,
          "it is valid for " + validity + ", the least is " + terms.shortestValidity());
    }
    if (validity.compareTo(terms.longestValidity()) > 0
        || bid.validFrom().isAfter(now.plus(terms.longestValidity()))) {
      return because(
          BidRefusal.VALIDITY_TOO_LONG,
          "it is valid until " + bid.validUntil() + ", the most is " + terms.longestValidity());
    }
    if (!bid.validUntil().isAfter(appliesFrom)) {
      return because(
          BidRefusal.STALE_EPOCH,
          "it ends at " + bid.validUntil() + ", before its first epoch begins at " + appliesFrom);
    }
    return Optional.empty();
  }

  private Optional<Objection> price(Bid bid) {
    Price price = bid.price();
    Price most = terms.most(bid.model());
    if (price.inputMicrosPerMtok() == 0 && price.outputMicrosPerMtok() == 0) {
      return because(
          BidRefusal.ZERO_PRICE, "input and output are both 0; the least is 1 micro-USD");
    }
    if (!isAtMost(price, most)) {
      return because(
          BidRefusal.ABOVE_RESERVE, "it asks " + words(price) + ", the most is " + words(most));
    }
    if (!isAtMost(bid.floor(), price)) {
      return because(
          BidRefusal.FLOOR_ABOVE_PRICE,
          "its floor is " + words(bid.floor()) + ", it asks " + words(price));
    }
    return Optional.empty();
  }

  private static Optional<Objection> because(BidRefusal reason, String message) {
    return Optional.of(new Objection(reason, message));
  }

  private static boolean isAtMost(Price price, Price most) {
    return price.inputMicrosPerMtok() <= most.inputMicrosPerMtok()
        && price.cachedInputMicrosPerMtok() <= most.cachedInputMicrosPerMtok()
        && price.outputMicrosPerMtok() <= most.outputMicrosPerMtok();
  }

  private static String words(Price price) {
    return price.inputMicrosPerMtok()
        + "/"
        + price.cachedInputMicrosPerMtok()
        + "/"
        + price.outputMicrosPerMtok()
        + " micro-USD per million tokens";
  }
}
