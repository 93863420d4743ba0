/** Freshness and binding: single-use nonces, and the report data that ties evidence to a key. */
@NullMarked
package dev.hanse.attestation.challenge;

import org.jspecify.annotations.NullMarked;
