package dev.hanse.api;

import java.util.Set;

/**
 * One model as one node sells it.
 *
 * @param contextTokens longest prompt and completion together; above 0
 * @param quantization for example {@code fp8}; {@code unspecified} where the provider does not say
 */
public record ModelOffer(
    ModelId model, Set<Operation> operations, int contextTokens, String quantization, Price price) {
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
}
