/** Hostile inputs for whatever reads untrusted bytes. */
@NullMarked
package dev.hanse.attestation.hostile;

import org.jspecify.annotations.NullMarked;
