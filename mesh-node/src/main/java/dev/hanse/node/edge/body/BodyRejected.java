package dev.hanse.node.edge.body;

/**
 * Leaves the reading of a body at the first fault. Never leaves this package: {@link BodyReader}
 * turns it into a value.
 */
final class BodyRejected extends Exception {
  private static final long serialVersionUID = 1;

  private final transient BodyFault fault;

  BodyRejected(BodyFault fault) {
    super(fault.message(), null, false, false);
    this.fault = fault;
  }

  BodyFault fault() {
    return fault;
  }
}
