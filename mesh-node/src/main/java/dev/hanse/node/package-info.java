/** A node of the mesh: its configuration, and how its rooms are put together. */
@NullMarked
package dev.hanse.node;

import org.jspecify.annotations.NullMarked;
