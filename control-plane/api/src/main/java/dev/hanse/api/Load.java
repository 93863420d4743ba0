package dev.hanse.api;

/**
 * What a node was doing when it sent its last beat.
 *
 * @param sequence rises by one with each beat of an incarnation
 * @param inFlightWorkTokens uncached prefill and remaining decode it has accepted and not done
 * @param queuedRequests accepted and not started
 * @param kvUsedPermille share of its KV cache in use; 0 to 1000
 * @param ttftMillis median time to first token over its last beats; 0 where it served nothing
 */
public record Load(
    long sequence,
    long inFlightWorkTokens,
    int inFlightRequests,
    int queuedRequests,
    int kvUsedPermille,
    int ttftMillis) {
  public static final Load IDLE = new Load(0, 0, 0, 0, 0, 0);

  public Load {
    if (kvUsedPermille < 0 || kvUsedPermille > 1000) {
      throw new IllegalArgumentException("kvUsedPermille must be 0 to 1000, was " + kvUsedPermille);
    }
    if (inFlightWorkTokens < 0 || inFlightRequests < 0 || queuedRequests < 0 || ttftMillis < 0) {
      throw new IllegalArgumentException("load must not be negative");
    }
  }
}
