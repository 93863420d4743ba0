package dev.hanse.attestation;

/** How strong a proof a technology can give; in rising order. */
public enum Level {
  /** Signed by software: proves possession of a key and nothing else. */
  SIMULATED,
  /** Measured boot quoted by a TPM. */
  TPM,
  /** A hardware-isolated environment measured by its CPU. */
  TEE
}
