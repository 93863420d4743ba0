/**
 * What nodes ask and what becomes of it: signed bids, epochs, effective costs, weights. Pure: no
 * clock, socket or file; time and members are handed in. Belongs to one thread at a time.
 */
@NullMarked
package dev.hanse.control.market;

import org.jspecify.annotations.NullMarked;
