package dev.hanse.control.membership;

import dev.hanse.api.Member;
import java.util.Optional;

/** What the mesh is told a member of this region sells and holds, in place of what it says. */
@FunctionalInterface
public interface Pricing {
  /** Believes everything but quotes: no node makes its own. */
  Pricing NONE =
      said ->
          said.offers().stream().allMatch(offer -> offer.quote().isEmpty())
              ? said
              : said.withOffers(
                  said.offers().stream().map(offer -> offer.withQuote(Optional.empty())).toList());

  Member priced(Member said);
}
