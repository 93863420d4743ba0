/**
 * The one command, {@code hanse}. The only room that prints, and the only one that knows
 * everything.
 */
@NullMarked
package dev.hanse.cli;

import org.jspecify.annotations.NullMarked;
