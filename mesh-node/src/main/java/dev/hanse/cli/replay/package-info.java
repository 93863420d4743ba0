/** {@code hanse replay}: sends a recorded trace to a mesh as its clients did, and reports. */
@NullMarked
package dev.hanse.cli.replay;

import org.jspecify.annotations.NullMarked;
