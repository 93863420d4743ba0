/** How the control planes of different regions tell each other of their own. */
@NullMarked
package dev.hanse.control.federation;

import org.jspecify.annotations.NullMarked;
