package dev.hanse.control.workflow;

import dev.hanse.attestation.Bytes;
import java.util.List;

/**
 * The keys a node says its TPM has; nothing is believed yet.
 *
 * @param endorsementKey TPMT_PUBLIC
 * @param endorsementCertificate DER; empty where there is none
 * @param intermediates DER, between that certificate and a root
 * @param attestationKey TPMT_PUBLIC
 */
public record TpmKeys(
    Bytes endorsementKey,
    Bytes endorsementCertificate,
    List<Bytes> intermediates,
    Bytes attestationKey) {
  private static final int KEY_LIMIT_BYTES = 4096;
  private static final int MOST_INTERMEDIATES = 4;

  public TpmKeys {
    intermediates = List.copyOf(intermediates);
  }

  /** Whether all of it is of a size such keys can have. */
  boolean isBounded() {
    return isKey(endorsementKey)
        && isKey(attestationKey)
        && endorsementCertificate.size() <= KEY_LIMIT_BYTES
        && intermediates.size() <= MOST_INTERMEDIATES
        && intermediates.stream().allMatch(TpmKeys::isKey);
  }

  private static boolean isKey(Bytes bytes) {
    return bytes.size() > 0 && bytes.size() <= KEY_LIMIT_BYTES;
  }
}
