package dev.hanse.attestation.tpm;

/** How a TPM signs (TCG Algorithm Registry 1.34, table 3). */
public enum SigningScheme {
  /** RSASSA-PKCS1-v1_5. */
  RSASSA(0x0014),
  RSAPSS(0x0016),
  ECDSA(0x0018);

  private final int code;

  SigningScheme(int code) {
    this.code = code;
  }

  /** The TPM_ALG_ID. */
  public int code() {
    return code;
  }

  /** Whether a kind of key can sign so. */
  boolean fits(TpmKey key) {
    return switch (key) {
      case TpmKey.Rsa _ -> this != ECDSA;
      case TpmKey.Ecc _ -> this == ECDSA;
    };
  }
}
