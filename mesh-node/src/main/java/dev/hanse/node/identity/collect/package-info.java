/** How each kind of machine is asked for evidence: devices, files and sockets of this host. */
@NullMarked
package dev.hanse.node.identity.collect;

import org.jspecify.annotations.NullMarked;
