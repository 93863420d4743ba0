/** The rules of the house: which room may know which, and what no room may do. */
@NullMarked
package dev.hanse.architecture;

import org.jspecify.annotations.NullMarked;
