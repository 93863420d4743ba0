/** What must outlive the process: the port to durable storage, and when to use it. */
@NullMarked
package dev.hanse.control.ledger;

import org.jspecify.annotations.NullMarked;
