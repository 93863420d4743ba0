package dev.hanse.attestation.challenge;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Encoding;
import java.util.List;

/**
 * The 64 bytes every technology signs for the attester: SHA-512 over nonce, public key and claims,
 * each length-prefixed behind a label. Evidence holding them was made after the nonce was issued,
 * for this key and this node; nothing of it fits another exchange.
 */
public final class ReportData {
  private static final String LABEL = "hanse/report-data/v1";

  private ReportData() {}

  /**
   * Computes the report data both sides must arrive at.
   *
   * @param spki DER SubjectPublicKeyInfo of the key the identity will be issued to
   */
  public static Bytes of(Bytes nonce, Bytes spki, NodeClaims claims) {
    List<String> roles = claims.roles().stream().sorted().toList();
    Encoding encoding =
        new Encoding(LABEL)
            .bytes(nonce)
            .bytes(spki)
            .text(claims.provider())
            .text(claims.name())
            .text(claims.region())
            .text(claims.host())
            .count(claims.port())
            .count(roles.size());
    roles.forEach(encoding::text);
    return encoding.sha512();
  }
}
