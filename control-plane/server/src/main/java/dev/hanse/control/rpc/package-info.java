/** What a control plane serves to its nodes over gRPC: reports taken, views given. */
@NullMarked
package dev.hanse.control.rpc;

import org.jspecify.annotations.NullMarked;
