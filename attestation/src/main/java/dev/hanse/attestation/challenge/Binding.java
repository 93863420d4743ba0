package dev.hanse.attestation.challenge;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.x509.SubjectKey;

/**
 * One exchange: the nonce that was asked, the key that answers, the node it answers for.
 *
 * @param key its possession is proved
 */
public record Binding(Bytes nonce, SubjectKey key, NodeClaims claims) {
  /** What evidence must have signed to belong to this exchange. */
  public Bytes reportData() {
    return ReportData.of(nonce, key.spki(), claims);
  }
}
