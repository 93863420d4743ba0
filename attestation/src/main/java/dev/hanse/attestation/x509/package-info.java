/** Keys and certificate requests of newcomers: parsed strictly, believed only when proved. */
@NullMarked
package dev.hanse.attestation.x509;

import org.jspecify.annotations.NullMarked;
