/**
 * Azure's confidential virtual machines: a TEE's report vouches for the key of the virtual TPM that
 * the paravisor keeps, and that TPM's quote for what booted.
 */
@NullMarked
package dev.hanse.attestation.azure;

import org.jspecify.annotations.NullMarked;
