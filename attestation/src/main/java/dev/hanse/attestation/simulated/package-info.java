/**
 * The technology {@code simulated}: signed, key-bound and nonce-bound like a real one, and proof of
 * nothing but the possession of a key.
 */
@NullMarked
package dev.hanse.attestation.simulated;

import org.jspecify.annotations.NullMarked;
