package dev.hanse.api;

import java.util.Optional;
import java.util.Set;

/**
 * One model as one node sells it.
 *
 * @param contextTokens longest prompt and completion together; above 0
 * @param quantization for example {@code fp8}; {@code unspecified} where the provider does not say
 * @param price what the node asks
 * @param quote what it is sold at in the epoch; empty until its region's control plane has said so,
 *     and in what a node says of itself
 */
public record ModelOffer(
    ModelId model,
    Set<Operation> operations,
    int contextTokens,
    String quantization,
    Price price,
    Optional<Quote> quote) {
  public ModelOffer {
    operations = Set.copyOf(operations);
    if (operations.isEmpty()) {
      throw new IllegalArgumentException("an offer of " + model + " needs at least one operation");
    }
    if (contextTokens <= 0) {
      throw new IllegalArgumentException("contextTokens must be above 0, was " + contextTokens);
    }
    if (quantization.isBlank()) {
      throw new IllegalArgumentException("quantization must be named or \"unspecified\"");
    }
  }

  /** An offer without a quote. */
  public ModelOffer(
      ModelId model,
      Set<Operation> operations,
      int contextTokens,
      String quantization,
      Price price) {
    this(model, operations, contextTokens, quantization, price, Optional.empty());
  }

  /** What a request placed now is leased and settled at: the quote's price where there is one. */
  public Price salePrice() {
    return quote.map(Quote::price).orElse(price);
  }

  /** The same offer with another quote, or none. */
  public ModelOffer withQuote(Optional<Quote> newQuote) {
    return new ModelOffer(model, operations, contextTokens, quantization, price, newQuote);
  }
}
