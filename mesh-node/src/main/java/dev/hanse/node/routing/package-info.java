/** Chooses the node for a request: prefix chain, filters, bounded-load placement, and why. */
@NullMarked
package dev.hanse.node.routing;

import org.jspecify.annotations.NullMarked;
