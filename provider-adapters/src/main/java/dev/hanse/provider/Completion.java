package dev.hanse.provider;

import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/**
 * How an exchange ended well.
 *
 * @param usageChunk the engine's usage chunk as it came, for clients that asked for one; present
 *     only when streaming
 * @param finishReason of the first choice; empty for embeddings
 */
public record Completion(Usage usage, Optional<Buffer> usageChunk, String finishReason) {}
