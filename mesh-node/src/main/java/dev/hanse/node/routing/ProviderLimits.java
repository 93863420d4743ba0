package dev.hanse.node.routing;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which providers a request lets in, and in which order it wants them asked: OpenRouter's {@code
 * provider} object as this mesh reads it. None of the limits is ever relaxed; the order is kept as
 * far as bounds and caps allow.
 *
 * @param only whom it may run on; empty means anybody
 * @param ignored whom it may not run on
 * @param order who is asked first, most wanted first
 * @param fallbacks whether others than those in {@code order} may be asked; where {@code order} is
 *     empty, whether another node may be asked after the first has failed
 * @param quantizations what the weights may be quantised to; empty means anything
 * @param noDataCollection only nodes that neither keep prompts nor learn from them
 * @param sort what the nodes are ordered by; empty leaves it to placement
 */
public record ProviderLimits(
    Set<Party> only,
    Set<Party> ignored,
    List<Party> order,
    boolean fallbacks,
    Set<String> quantizations,
    boolean noDataCollection,
    Optional<Sort> sort) {
  /** Anybody, in placement's own order. */
  public static final ProviderLimits NONE =
      new ProviderLimits(Set.of(), Set.of(), List.of(), true, Set.of(), false, Optional.empty());

  /** What nodes can be ordered by. */
  public enum Sort {
    /** What the request is expected to cost, cheapest first. */
    PRICE("price"),
    /** Measured time to first token, shortest first. */
    LATENCY("latency"),
    /** Tokens decoded in a second, most first. */
    THROUGHPUT("throughput");

    private final String word;

    Sort(String word) {
      this.word = word;
    }

    /** As clients write it. */
    public String word() {
      return word;
    }
  }

  public ProviderLimits {
    only = Set.copyOf(only);
    ignored = Set.copyOf(ignored);
    order = List.copyOf(order);
    quantizations = Set.copyOf(quantizations);
  }

  /** Whether a request that failed on one node may be tried on another. */
  public boolean mayMoveOn() {
    return fallbacks || !order.isEmpty();
  }

  /** Whether the request says in which order nodes are asked. */
  boolean isOrdered() {
    return sort.isPresent() || !order.isEmpty();
  }
}
