/**
 * A model of an inference engine's scheduler and KV cache, in virtual time: no clock, no thread.
 */
@NullMarked
package dev.hanse.provider.simulated.batching;

import org.jspecify.annotations.NullMarked;
