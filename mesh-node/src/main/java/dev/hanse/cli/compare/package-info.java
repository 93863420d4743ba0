/** Replays a trace in virtual time over simulated nodes, once for each of several policies. */
@NullMarked
package dev.hanse.cli.compare;

import org.jspecify.annotations.NullMarked;
