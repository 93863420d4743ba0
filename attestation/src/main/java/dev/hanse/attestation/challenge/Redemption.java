package dev.hanse.attestation.challenge;

import dev.hanse.attestation.Refusal;

/** What became of a challenge that was answered. It is used up either way. */
public sealed interface Redemption {
  record Redeemed(Challenge challenge) implements Redemption {}

  record Refused(Refusal refusal) implements Redemption {}
}
