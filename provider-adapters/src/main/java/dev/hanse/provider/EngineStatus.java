package dev.hanse.provider;

/**
 * What an engine says of itself.
 *
 * @param kvUsedPermille share of its KV cache in use, 0 to 1000; 0 where it does not say
 * @param queuedRequests waiting in the engine; 0 where it does not say
 */
public record EngineStatus(int kvUsedPermille, int queuedRequests) {}
