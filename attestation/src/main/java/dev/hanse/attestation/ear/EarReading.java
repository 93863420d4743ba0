package dev.hanse.attestation.ear;

/** What came of reading a token. */
public sealed interface EarReading {
  /** Signed by a trusted key for this mesh, and not expired. */
  record Good(Ear ear) implements EarReading {}

  /**
   * Not to be acted on.
   *
   * @param code stable: {@code token-malformed}, {@code token-algorithm}, {@code token-signature},
   *     {@code token-issuer}, {@code token-audience}, {@code token-expired} or {@code token-early}
   */
  record Bad(String code, String message) implements EarReading {}
}
