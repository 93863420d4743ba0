/** A scripted engine over real sockets, and a listener that remembers. */
@NullMarked
package dev.hanse.provider.fake;

import org.jspecify.annotations.NullMarked;
