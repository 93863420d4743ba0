package dev.hanse.node.routing;

import dev.hanse.api.ModelId;
import dev.hanse.api.Operation;

/**
 * What placement needs to know of a request.
 *
 * @param chain hashes of its prompt's growing prefix
 * @param promptTokens estimate of its prompt's length
 * @param maxOutputTokens what it may produce at most, over all choices, or the mesh's default
 */
public record PlacementRequest(
    ModelId model,
    Operation operation,
    PrefixChain chain,
    long promptTokens,
    long maxOutputTokens,
    Constraints constraints) {}
