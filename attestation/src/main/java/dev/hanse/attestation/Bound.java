package dev.hanse.attestation;

/**
 * The fields of evidence that an attester's caller chooses, by which evidence belongs to one
 * exchange.
 */
public enum Bound {
  /** 64 bytes of SEV-SNP, TDX and simulated evidence. */
  REPORT_DATA(Reason.REPORT_DATA_MISMATCH),
  /** The nonce of Nitro documents and of GPU evidence; extraData of a TPM quote. */
  NONCE(Reason.NONCE),
  /** The second free field of a Nitro document. */
  USER_DATA(Reason.BINDING);

  private final Reason mismatch;

  Bound(Reason mismatch) {
    this.mismatch = mismatch;
  }

  /** What evidence is refused for that holds something else there. */
  public Reason mismatch() {
    return mismatch;
  }
}
