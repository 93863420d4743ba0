/**
 * Strict configuration: one YAML document, overridable by environment and flags, read into records.
 * What is not understood is refused, by line, with what would have been.
 *
 * <p>Runs once, at start-up, on any thread that may read files.
 */
@NullMarked
package dev.hanse.api.config;

import org.jspecify.annotations.NullMarked;
