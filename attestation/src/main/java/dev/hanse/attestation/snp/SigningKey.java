package dev.hanse.attestation.snp;

import java.util.Optional;

/** The kinds of key that sign reports; the ordinal is no wire value. */
public enum SigningKey {
  /** Derived from one chip's secret and its TCB version. */
  VCEK(0, "SEV-VCEK", "SEV-"),
  /** Derived from a secret AMD gave a cloud provider: names the provider, not the chip. */
  VLEK(1, "SEV-VLEK", "SEV-VLEK-");

  private final int code;
  private final String commonName;
  private final String issuerPrefix;

  SigningKey(int code, String commonName, String issuerPrefix) {
    this.code = code;
    this.commonName = commonName;
    this.issuerPrefix = issuerPrefix;
  }

  /** The common name of its certificates. */
  String commonName() {
    return commonName;
  }

  /** What the common name of its issuer starts with; the product line follows. */
  String issuerPrefix() {
    return issuerPrefix;
  }

  /** By the number a report carries. */
  static Optional<SigningKey> ofCode(int code) {
    for (SigningKey key : values()) {
      if (key.code == code) {
        return Optional.of(key);
      }
    }
    return Optional.empty();
  }
}
