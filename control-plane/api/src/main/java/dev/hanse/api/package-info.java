/** The mesh's shared vocabulary: identities, offers, prices, members and their views. */
@NullMarked
package dev.hanse.api;

import org.jspecify.annotations.NullMarked;
