/** The port behind which every inference engine stands, and its vocabulary. */
@NullMarked
package dev.hanse.provider;

import org.jspecify.annotations.NullMarked;
