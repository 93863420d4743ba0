/** What a whole mesh tells of itself. */
@NullMarked
package dev.hanse.chaos.telemetry;

import org.jspecify.annotations.NullMarked;
