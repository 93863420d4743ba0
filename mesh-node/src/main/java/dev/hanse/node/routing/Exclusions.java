package dev.hanse.node.routing;

import dev.hanse.api.NodeId;
import java.util.Set;

/**
 * What earlier attempts of the same request rule out.
 *
 * @param failed nodes that failed it
 * @param contextTokensAbove only nodes with a longer context than this; 0 for any
 */
public record Exclusions(Set<NodeId> failed, int contextTokensAbove) {
  public static final Exclusions NONE = new Exclusions(Set.of(), 0);

  public Exclusions {
    failed = Set.copyOf(failed);
  }
}
