/**
 * TPM 2.0: quotes, what they sign, and the keys that sign them. The log of what was measured is
 * read in {@code eventlog}, keys are tied to a TPM in {@code activation}, and a TPM is talked to in
 * {@code device}.
 */
@NullMarked
package dev.hanse.attestation.tpm;

import org.jspecify.annotations.NullMarked;
