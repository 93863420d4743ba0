/**
 * Intel TDX: quotes of versions 4 and 5, the chain of their platform, and what Intel publishes
 * about it.
 */
@NullMarked
package dev.hanse.attestation.tdx;

import org.jspecify.annotations.NullMarked;
