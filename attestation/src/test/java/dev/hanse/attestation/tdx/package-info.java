/** TDX evidence, made here and elsewhere. */
@NullMarked
package dev.hanse.attestation.tdx;

import org.jspecify.annotations.NullMarked;
