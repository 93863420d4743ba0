package dev.hanse.control.workflow;

import dev.hanse.api.tls.AttestationStamp;
import dev.hanse.api.tls.PeerIdentity;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.policy.Transcript;

/**
 * Evidence on which a certificate was issued: what it takes to judge that certificate's holder
 * again.
 *
 * @param keyDigest SHA-256 of the certificate's SubjectPublicKeyInfo
 * @param stamp as the certificate says it
 */
public record Certified(
    PeerIdentity.Node node, Bytes keyDigest, AttestationStamp stamp, Transcript transcript) {
  /** Names the result, in hexadecimal. */
  public String evidenceDigest() {
    return stamp.evidenceDigest();
  }
}
