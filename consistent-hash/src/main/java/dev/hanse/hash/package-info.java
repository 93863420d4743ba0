/** Picks a member for a key: consistent, weighted, and never above its bound. */
@NullMarked
package dev.hanse.hash;

import org.jspecify.annotations.NullMarked;
