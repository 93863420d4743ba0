/**
 * This node's two streams to its region's control plane: it reports what it does, and watches who
 * else is there.
 *
 * <p>Everything of one client runs on one Vert.x context. {@link Lifeline} keeps a stream open and
 * knows nothing of gRPC; {@link ControlChannel} is the gRPC end of it.
 */
@NullMarked
package dev.hanse.node.control;

import org.jspecify.annotations.NullMarked;
