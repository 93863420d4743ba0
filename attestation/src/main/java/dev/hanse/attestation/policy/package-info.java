/** Appraisal: verified claims held against a policy, every check named. */
@NullMarked
package dev.hanse.attestation.policy;

import org.jspecify.annotations.NullMarked;
