/**
 * Who speaks: mesh identities in X.509, the rules a peer's certificate chain must obey, and the TLS
 * options made of both.
 */
@NullMarked
package dev.hanse.api.tls;

import org.jspecify.annotations.NullMarked;
