package dev.hanse.node.edge.body;

import dev.hanse.node.routing.PlacementRequest;
import io.vertx.core.buffer.Buffer;

/**
 * A body that was read.
 *
 * @param json what the engine gets: the client's bytes without the mesh's own objects
 * @param includeUsage whether a streaming client asked for the usage chunk
 */
public record ClientBody(
    Buffer json, boolean stream, boolean includeUsage, PlacementRequest placement) {}
