package dev.hanse.node.dispatch;

import java.time.Duration;

/**
 * How much a node takes on.
 *
 * @param workTokens uncached prefill and remaining decode in flight at once: the cap it announces.
 *     A single request above it still runs when nothing else does
 * @param maxRequests in flight at once
 * @param maxQueued requests that wait for either; those above it are refused
 * @param longestQueueing how long a request waits before it is refused after all
 * @param expectedOutputTokens decode work a request is taken to have left at its first chunk; each
 *     further chunk takes one token off
 */
public record DispatchLimits(
    long workTokens,
    int maxRequests,
    int maxQueued,
    Duration longestQueueing,
    long expectedOutputTokens) {
  public DispatchLimits {
    if (workTokens < 1 || maxRequests < 1 || maxQueued < 0 || expectedOutputTokens < 1) {
      throw new IllegalArgumentException("dispatch limits must be above 0, maxQueued not below 0");
    }
    if (!longestQueueing.isPositive()) {
      throw new IllegalArgumentException("longestQueueing must be above 0");
    }
  }

  /** 256 requests in flight, 256 queued for 2 s at most, 512 tokens of expected output. */
  public static DispatchLimits ofWorkTokens(long workTokens) {
    return new DispatchLimits(workTokens, 256, 256, Duration.ofSeconds(2), 512);
  }
}
