package dev.hanse.node.identity;

import dev.hanse.api.AttestationSummary;
import dev.hanse.api.tls.MeshIdentity;
import java.time.Duration;
import java.time.Instant;

/** What became of one enrolment with a control plane that answered. */
public sealed interface Enrolled {
  /**
   * Accepted.
   *
   * @param renewAt when to begin the next one; before the identity ends
   */
  record Accepted(MeshIdentity identity, Instant renewAt, AttestationSummary attestation)
      implements Enrolled {}

  /**
   * Refused.
   *
   * @param code as in {@code dev.hanse.attestation.Refusal}
   * @param retryAfter zero: not unchanged
   */
  record Refused(String code, String message, Duration retryAfter) implements Enrolled {}
}
