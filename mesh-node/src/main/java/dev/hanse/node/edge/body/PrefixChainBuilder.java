package dev.hanse.node.edge.body;

import dev.hanse.api.ModelId;
import dev.hanse.node.routing.PrefixChain;
import java.util.Optional;

/** Where a prompt's canonical bytes go to become its prefix chain. Used by one thread, and once. */
public interface PrefixChainBuilder {
  /** Starts a chain for each prompt. */
  @FunctionalInterface
  interface Source {
    /**
     * Starts one.
     *
     * @param tenantSalt sets this tenant's chains apart from all others'
     */
    PrefixChainBuilder begin(String tenantSalt, ModelId model);
  }

  void append(byte[] bytes, int offset, int count);

  /** Says that every later request of this conversation will begin with what came so far. */
  void anchor();

  PrefixChain build(Optional<String> promptCacheKey);
}
