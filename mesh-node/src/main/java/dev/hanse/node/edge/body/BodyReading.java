package dev.hanse.node.edge.body;

/** What came of reading a body. */
public sealed interface BodyReading {
  /** It is a request the mesh can place. */
  record Accepted(ClientBody body) implements BodyReading {}

  /** It is not; the client is told why with status 400. */
  record Rejected(BodyFault fault) implements BodyReading {}
}
