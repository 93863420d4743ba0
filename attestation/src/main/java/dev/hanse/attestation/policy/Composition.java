package dev.hanse.attestation.policy;

/**
 * Which parts evidence may be made of: one environment, and the GPUs that stand in it.
 *
 * @param minGpus 0 to {@value #LIMIT}; fewer are refused
 * @param maxGpus {@code minGpus} to {@value #LIMIT}; more are refused
 */
public record Composition(int minGpus, int maxGpus) {
  /** The largest machines sold have 16 GPUs. */
  public static final int LIMIT = 16;

  /** Any number of GPUs, none included. */
  public static final Composition ANY = new Composition(0, LIMIT);

  /** What stands beside an environment: nothing in its evidence says which machine it is in. */
  public static final String GPU = "nvidia-gpu";

  public Composition {
    if (minGpus < 0 || minGpus > maxGpus || maxGpus > LIMIT) {
      throw new IllegalArgumentException(
          "GPUs must be 0 to " + LIMIT + ", were " + minGpus + " to " + maxGpus);
    }
  }
}
