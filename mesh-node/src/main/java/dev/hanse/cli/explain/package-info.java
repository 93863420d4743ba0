/** {@code hanse explain}: asks an edge where a request would be placed, and why. */
@NullMarked
package dev.hanse.cli.explain;

import org.jspecify.annotations.NullMarked;
