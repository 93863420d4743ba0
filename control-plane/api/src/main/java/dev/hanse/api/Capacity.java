package dev.hanse.api;

/**
 * How much a node can do.
 *
 * @param workTokens tokens of uncached prefill and remaining decode it accepts at once: its hard
 *     cap; 0 for a node that runs nothing
 * @param prefillTokensPerSecond prompt tokens it processes in a second; 0 where unknown
 * @param decodeTokensPerSecond completion tokens it produces in a second over all requests; 0 where
 *     unknown
 */
public record Capacity(long workTokens, long prefillTokensPerSecond, long decodeTokensPerSecond) {
  public static final Capacity NONE = new Capacity(0, 0, 0);

  public Capacity {
    if (workTokens < 0 || prefillTokensPerSecond < 0 || decodeTokensPerSecond < 0) {
      throw new IllegalArgumentException("capacity must not be negative");
    }
  }
}
