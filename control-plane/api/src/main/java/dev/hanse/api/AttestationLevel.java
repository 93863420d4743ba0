package dev.hanse.api;

/** How strongly a node's environment was proved; in rising order. */
public enum AttestationLevel {
  /** Signed by software, for tests and demos: proves possession of a key and nothing else. */
  SIMULATED,
  /** Measured boot quoted by a TPM. */
  TPM,
  /** A hardware-isolated environment measured by its CPU. */
  TEE
}
