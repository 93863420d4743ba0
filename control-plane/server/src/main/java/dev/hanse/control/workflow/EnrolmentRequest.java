package dev.hanse.control.workflow;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.challenge.NodeClaims;

/**
 * A node's answer to a challenge; nothing in it is believed yet.
 *
 * @param certificateRequest PKCS#10 in DER
 * @param joinToken empty to renew with a current identity
 */
public record EnrolmentRequest(
    String challengeId,
    Bytes certificateRequest,
    NodeClaims claims,
    Evidence evidence,
    String joinToken) {
  /** Leaves the token out. */
  @Override
  public String toString() {
    return "enrolment of " + claims;
  }
}
