package dev.hanse.control.workflow;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.challenge.NodeClaims;
import java.util.List;

/**
 * A node's answer to a challenge; nothing in it is believed yet.
 *
 * @param certificateRequest PKCS#10 in DER
 * @param evidence every part, at least one
 * @param activationSecret what the node's TPM read from its challenge; empty without one
 * @param joinToken empty to renew with a current identity
 */
public record EnrolmentRequest(
    String challengeId,
    Bytes certificateRequest,
    NodeClaims claims,
    List<Evidence> evidence,
    Bytes activationSecret,
    String joinToken) {
  public EnrolmentRequest {
    evidence = List.copyOf(evidence);
  }

  /** Leaves token and secret out. */
  @Override
  public String toString() {
    return "enrolment of " + claims;
  }
}
