package dev.hanse.attestation.snp;

import java.time.Instant;

/**
 * The lowest TCB versions accepted of one product line.
 *
 * @param reported what signed the report must be at least that
 * @param committed the platform must not be able to fall below that
 * @param launch what ran when the guest was launched must have been at least that
 * @param from when it comes into force: until then it only announces itself, and machines have time
 *     to be updated
 */
public record TcbFloor(Product product, Tcb reported, Tcb committed, Tcb launch, Instant from) {
  /** In force always, for what is reported and committed; any launch. */
  public static TcbFloor of(Product product, Tcb lowest) {
    return new TcbFloor(product, lowest, lowest, Tcb.ZERO, Instant.MIN);
  }

  boolean inForce(Instant at) {
    return !at.isBefore(from);
  }

  boolean holds(SnpStatement statement) {
    return statement.reported().atLeast(reported)
        && statement.committed().atLeast(committed)
        && statement.launch().atLeast(launch);
  }
}
