/**
 * Decides whether a client may be served now: who it is, what its key allows, and how much this
 * edge can hold. Plain Java; the clock is handed in.
 */
@NullMarked
package dev.hanse.node.admission;

import org.jspecify.annotations.NullMarked;
