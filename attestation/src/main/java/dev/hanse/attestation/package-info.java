/** Evidence, verifiers and appraisal, in the vocabulary of RFC 9334. */
@NullMarked
package dev.hanse.attestation;

import org.jspecify.annotations.NullMarked;
