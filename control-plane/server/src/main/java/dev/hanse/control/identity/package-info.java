/** The mesh's certificate authorities: one root, one intermediate CA per region, short leaves. */
@NullMarked
package dev.hanse.control.identity;

import org.jspecify.annotations.NullMarked;
