package dev.hanse.node.admission;

/**
 * How much one edge takes on at once, over all its keys.
 *
 * @param maxInFlight requests between their headers and the end of their answer; above 0
 * @param maxInFlightPerKey of one key; 1 to {@code maxInFlight}
 * @param maxHeldBytes request bodies in memory; above 0
 */
public record AdmissionLimits(int maxInFlight, int maxInFlightPerKey, long maxHeldBytes) {
  /** 4096 streams, an eighth of them for one key, and 512 MiB of bodies. */
  public static final AdmissionLimits DEFAULT = new AdmissionLimits(4096, 512, 512L << 20);

  public AdmissionLimits {
    if (maxInFlight <= 0) {
      throw new IllegalArgumentException("maxInFlight must be above 0, was " + maxInFlight);
    }
    if (maxInFlightPerKey <= 0 || maxInFlightPerKey > maxInFlight) {
      throw new IllegalArgumentException(
          "maxInFlightPerKey must be 1 to " + maxInFlight + ", was " + maxInFlightPerKey);
    }
    if (maxHeldBytes <= 0) {
      throw new IllegalArgumentException("maxHeldBytes must be above 0, was " + maxHeldBytes);
    }
  }
}
