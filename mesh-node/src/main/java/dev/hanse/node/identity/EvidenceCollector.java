package dev.hanse.node.identity;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import java.io.IOException;

/** Asks this machine for proof of what it is: one per technology. Blocking; any thread. */
@FunctionalInterface
public interface EvidenceCollector {
  /**
   * Collects fresh evidence.
   *
   * @param reportData 64 bytes the evidence must sign
   * @throws IOException if the device is absent or fails; the message says what to do
   */
  Evidence collect(Bytes reportData) throws IOException;
}
