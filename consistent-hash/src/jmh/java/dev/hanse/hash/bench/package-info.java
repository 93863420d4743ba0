/** Benchmarks, beside the libraries one would otherwise take. */
@NullMarked
package dev.hanse.hash.bench;

import org.jspecify.annotations.NullMarked;
