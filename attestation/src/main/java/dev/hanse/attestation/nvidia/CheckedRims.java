package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CheckedOnce;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.x509.Anchors;
import java.time.Instant;

/**
 * Reference manifests that were checked once: a machine with eight GPUs of a kind does not have the
 * same two documents parsed and verified for each of them.
 *
 * <p>Names come from reports, but only those our store has a manifest for get here. Any thread.
 */
final class CheckedRims {
  private final Anchors anchors;
  private final CheckedOnce<Bytes, Rim> checked = new CheckedOnce<>(Rim::validUntil);

  /** Believes manifests up to these roots and no others. */
  CheckedRims(Anchors anchors) {
    this.anchors = anchors;
  }

  /**
   * The manifest that our store has under a name.
   *
   * @throws Rejection of stage {@code ENDORSEMENT}
   */
  Rim of(String id, Bytes xml, Instant at) throws Rejection {
    return checked.of(id, xml, at, () -> RimDocument.verified(xml, anchors, at));
  }

  int size() {
    return checked.size();
  }
}
