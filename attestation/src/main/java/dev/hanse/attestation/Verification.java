package dev.hanse.attestation;

/** What a {@link Verifier} found. */
public sealed interface Verification {
  /** Every signature holds up to a configured anchor. Says nothing about policy yet. */
  record Verified(VerifiedClaims claims) implements Verification {}

  record Refused(Refusal refusal) implements Verification {}
}
