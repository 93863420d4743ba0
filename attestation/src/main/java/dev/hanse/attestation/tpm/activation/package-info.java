/**
 * How a control plane learns that an attestation key lives in a TPM: the endorsement key's
 * certificate, and a credential that only that TPM can open for only that key.
 */
@NullMarked
package dev.hanse.attestation.tpm.activation;

import org.jspecify.annotations.NullMarked;
