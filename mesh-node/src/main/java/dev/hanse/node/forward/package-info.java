/** Carries attempts from an edge to the node they were placed on, over gRPC with mutual TLS. */
@NullMarked
package dev.hanse.node.forward;

import org.jspecify.annotations.NullMarked;
