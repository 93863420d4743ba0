/** Commands that run a process of the mesh: a region's control plane, or a node. */
@NullMarked
package dev.hanse.cli.mesh;

import org.jspecify.annotations.NullMarked;
