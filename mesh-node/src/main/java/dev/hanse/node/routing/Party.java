package dev.hanse.node.routing;

import dev.hanse.api.NodeId;
import java.util.Optional;

/**
 * Whom a request names where OpenRouter's {@code provider} object takes provider slugs: every node
 * of a provider, {@code acme}, or one of them, {@code acme.gpu-1}.
 */
public record Party(String provider, Optional<String> node) {
  /** Any name will do to check a provider's by. */
  private static final String SOME_NODE = "x";

  public Party {
    var _ = new NodeId(provider, node.orElse(SOME_NODE));
  }

  /**
   * Reads {@code acme} or {@code acme.gpu-1}.
   *
   * @throws IllegalArgumentException saying what a name must look like
   */
  public static Party parse(String text) {
    int dot = text.indexOf('.');
    return dot < 0
        ? new Party(text, Optional.empty())
        : new Party(text.substring(0, dot), Optional.of(text.substring(dot + 1)));
  }

  /** Whether the node is meant. */
  public boolean names(NodeId id) {
    return provider.equals(id.provider()) && node.map(id.name()::equals).orElse(true);
  }

  /** Those that both mean: the narrower of the two; empty when they have none in common. */
  public Optional<Party> and(Party other) {
    if (!provider.equals(other.provider)) {
      return Optional.empty();
    }
    if (node.isEmpty()) {
      return Optional.of(other);
    }
    return other.node.isEmpty() || other.node.equals(node) ? Optional.of(this) : Optional.empty();
  }

  @Override
  public String toString() {
    return node.map(name -> provider + "." + name).orElse(provider);
  }
}
