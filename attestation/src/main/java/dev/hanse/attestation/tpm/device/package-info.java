/**
 * Talking to a TPM, for the node's evidence collector: the one room of this library that does I/O.
 * Verifiers have no use for it.
 */
@NullMarked
package dev.hanse.attestation.tpm.device;

import org.jspecify.annotations.NullMarked;
