/**
 * Attestation results as tokens: an EAT (RFC 9711) in the profile of EAR (draft-ietf-rats-ear-04),
 * a JWT that any edge can verify offline.
 */
@NullMarked
package dev.hanse.attestation.ear;

import org.jspecify.annotations.NullMarked;
