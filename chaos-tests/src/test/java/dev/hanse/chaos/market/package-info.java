/** Sellers who adapt their bids to how they are paid and placed, and what it gains them. */
@NullMarked
package dev.hanse.chaos.market;

import org.jspecify.annotations.NullMarked;
