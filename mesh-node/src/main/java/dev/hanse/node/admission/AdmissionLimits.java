package dev.hanse.node.admission;

import dev.hanse.api.config.ByteSize;
import dev.hanse.api.config.Default;
import dev.hanse.api.config.Doc;

/**
 * How much one edge takes on at once, over all its keys.
 *
 * @param maxInFlight requests between their headers and the end of their answer; above 0
 * @param maxInFlightPerKey of one key; 1 to {@code maxInFlight}
 * @param maxHeld request bodies in memory; above 0
 */
@Doc("How much the edge takes on at once; more is refused with a hint when to try again.")
public record AdmissionLimits(
    @Doc("Requests between their headers and the end of their answer.") @Default("4096")
        int maxInFlight,
    @Doc("Of these, requests of one key.") @Default("512") int maxInFlightPerKey,
    @Doc("Memory for request bodies.") @Default("256MiB") ByteSize maxHeld) {

  public AdmissionLimits {
    if (maxInFlight <= 0) {
      throw new IllegalArgumentException("max-in-flight must be above 0, was " + maxInFlight);
    }
    if (maxInFlightPerKey <= 0 || maxInFlightPerKey > maxInFlight) {
      throw new IllegalArgumentException(
          "max-in-flight-per-key must be 1 to " + maxInFlight + ", was " + maxInFlightPerKey);
    }
    if (maxHeld.bytes() <= 0) {
      throw new IllegalArgumentException("max-held must be above 0B");
    }
  }
}
