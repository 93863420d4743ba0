/**
 * AMD SEV-SNP attestation reports, versions 2 to 5 of Milan, Genoa and Turin: parsed, followed to
 * AMD's roots, and held against rules.
 */
@NullMarked
package dev.hanse.attestation.snp;

import org.jspecify.annotations.NullMarked;
