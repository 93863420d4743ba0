/**
 * The TCG log of what firmware and boot loaders measured: read, replayed, and believed no further.
 */
@NullMarked
package dev.hanse.attestation.tpm.eventlog;

import org.jspecify.annotations.NullMarked;
