package dev.hanse.node.identity;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import java.time.InstantSource;
import java.util.List;

/**
 * Signs with a simulated platform's key.
 *
 * @param measurement what this node says it runs, for example {@code hanse-0.1.0}
 */
public record SimulatedCollector(
    SimulatedPlatform platform, String measurement, InstantSource clock)
    implements EvidenceCollector {
  @Override
  public List<Evidence> collect(Bytes reportData) {
    return List.of(platform.quote(reportData, measurement, clock.instant()));
  }
}
