package dev.hanse.control.market;

import dev.hanse.api.RegionId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.zip.CRC32C;

/**
 * Numbers the epochs of a region's market by the time of day, so that a restart goes on counting
 * where it was.
 *
 * @param offset of the boundaries from whole multiples of {@code length} since 1970; each region
 *     has its own, so that not everybody changes prices in the same second
 */
public record Epochs(Duration length, Duration offset) {
  /** The epochs of a region. */
  public static Epochs of(RegionId region, Duration length) {
    CRC32C spread = new CRC32C();
    spread.update(region.value().getBytes(StandardCharsets.UTF_8));
    return new Epochs(length, Duration.ofMillis(spread.getValue() % length.toMillis()));
  }

  /** The epoch that {@code now} lies in. */
  public long numberAt(Instant now) {
    return Math.floorDiv(now.toEpochMilli() - offset.toMillis(), length.toMillis());
  }

  public Instant startOf(long number) {
    return Instant.ofEpochMilli(
        Math.addExact(Math.multiplyExact(number, length.toMillis()), offset.toMillis()));
  }
}
