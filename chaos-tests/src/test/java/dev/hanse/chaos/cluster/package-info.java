/** A whole mesh for tests, and clients that load it. */
@NullMarked
package dev.hanse.chaos.cluster;

import org.jspecify.annotations.NullMarked;
