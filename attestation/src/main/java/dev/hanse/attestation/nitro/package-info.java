/** AWS Nitro attestation documents: COSE_Sign1 over CBOR, read strictly, up to Amazon's root. */
@NullMarked
package dev.hanse.attestation.nitro;

import org.jspecify.annotations.NullMarked;
