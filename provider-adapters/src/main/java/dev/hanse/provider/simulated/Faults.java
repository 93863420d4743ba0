package dev.hanse.provider.simulated;

import dev.hanse.provider.simulated.batching.PrefixHashes;

/**
 * How a simulated engine misbehaves, until it is told otherwise.
 *
 * @param fault what happens to requests from now on
 * @param permille how many of a thousand requests it happens to, chosen by their ids
 * @param unhealthy whether the engine says of itself that it takes no requests
 */
public record Faults(Fault fault, int permille, boolean unhealthy) {
  private static final int ALL = 1000;

  public static final Faults NONE = new Faults(new Fault.None(), 0, false);

  public Faults {
    if (permille < 0 || permille > ALL) {
      throw new IllegalArgumentException("permille must be 0 to 1000, was " + permille);
    }
  }

  /** That fault for every request. */
  public static Faults always(Fault fault) {
    return new Faults(fault, ALL, false);
  }

  /** That fault for some requests. */
  public static Faults sometimes(Fault fault, int permille) {
    return new Faults(fault, permille, false);
  }

  /** Requests are served, but health checks fail. */
  public static Faults refusingHealth() {
    return new Faults(new Fault.None(), 0, true);
  }

  /** What happens to the request of that id. */
  Fault of(String requestId) {
    long draw = Long.remainderUnsigned(PrefixHashes.mix(requestId.hashCode()), ALL);
    return draw < permille ? fault : new Fault.None();
  }
}
