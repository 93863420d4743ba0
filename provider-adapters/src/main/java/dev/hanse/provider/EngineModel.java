package dev.hanse.provider;

/**
 * A model an engine has loaded.
 *
 * @param contextTokens its longest context; 0 where the engine does not say
 */
public record EngineModel(String id, int contextTokens) {}
