package dev.hanse.control.workflow;

import dev.hanse.api.NodeId;
import dev.hanse.attestation.challenge.Binding;
import dev.hanse.attestation.policy.Transcript;

/**
 * Evidence on which a certificate was issued: what it takes to judge that certificate's holder
 * again. No secret is in it: the nonce is used up, and evidence is what its node showed.
 *
 * @param binding the exchange the evidence was made for: the certificate's node and key
 * @param evidenceDigest names the result, in hexadecimal
 * @param issuedUnder the policy that the certificate names
 */
public record Certified(
    Binding binding, String evidenceDigest, String issuedUnder, Transcript transcript) {
  public NodeId node() {
    return new NodeId(binding.claims().provider(), binding.claims().name());
  }

  /** As the certificate names it: that of the environment. */
  public String technology() {
    return transcript.parts().getFirst().technology();
  }
}
