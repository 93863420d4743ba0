package dev.hanse.control.admin;

import dev.hanse.api.NodeId;

/** Tells a node at once what was commanded of it. */
@FunctionalInterface
public interface DrainNotice {
  void drain(NodeId id, boolean drain);
}
