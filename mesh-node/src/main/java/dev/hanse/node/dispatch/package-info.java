/** Runs attempts on this node's engines: caps, queue, load, engine health, drain. */
@NullMarked
package dev.hanse.node.dispatch;

import org.jspecify.annotations.NullMarked;
