/**
 * Decorators of a provider: retries before the first chunk, and a circuit breaker. What they decide
 * is pure and takes its time and chance from outside; only the two decorators know Vert.x.
 */
@NullMarked
package dev.hanse.provider.resilience;

import org.jspecify.annotations.NullMarked;
