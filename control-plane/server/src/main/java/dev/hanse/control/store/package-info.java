/** Durable state in a directory of JSON files, and one that only lives as long as the process. */
@NullMarked
package dev.hanse.control.store;

import org.jspecify.annotations.NullMarked;
