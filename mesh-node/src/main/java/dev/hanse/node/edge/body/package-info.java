/**
 * Reads a client's body in one pass: checks what the mesh relies on, takes what placement needs,
 * and leaves every other byte alone.
 */
@NullMarked
package dev.hanse.node.edge.body;

import org.jspecify.annotations.NullMarked;
