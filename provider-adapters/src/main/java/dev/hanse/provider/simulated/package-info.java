/**
 * An engine that computes nothing: its timing, batching and caching are modelled, its answers made
 * up, and every answer says so.
 */
@NullMarked
package dev.hanse.provider.simulated;

import org.jspecify.annotations.NullMarked;
