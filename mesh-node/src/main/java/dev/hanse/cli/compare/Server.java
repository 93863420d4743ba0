package dev.hanse.cli.compare;

import dev.hanse.api.NodeId;
import dev.hanse.api.Price;
import dev.hanse.provider.simulated.batching.GpuProfile;

/**
 * A simulated node.
 *
 * @param workTokens uncached prefill and remaining decode it takes at once: the cap it announces
 */
record Server(NodeId id, GpuProfile gpu, Price price, long workTokens) {}
