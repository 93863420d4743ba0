/**
 * NVIDIA's evidence of GPUs and switches: SPDM measurements, the device's certificates, and the
 * reference manifests NVIDIA signs.
 */
@NullMarked
package dev.hanse.attestation.nvidia;

import org.jspecify.annotations.NullMarked;
