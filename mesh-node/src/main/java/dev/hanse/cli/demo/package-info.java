/** {@code hanse demo}: three regions in one process, over real sockets on the loopback. */
@NullMarked
package dev.hanse.cli.demo;

import org.jspecify.annotations.NullMarked;
