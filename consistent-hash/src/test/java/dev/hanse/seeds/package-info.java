/** Seeded property tests: one annotation, used by every module. */
@NullMarked
package dev.hanse.seeds;

import org.jspecify.annotations.NullMarked;
