@NullMarked
package dev.hanse.hash;

import org.jspecify.annotations.NullMarked;
