package dev.hanse.attestation.challenge;

import dev.hanse.attestation.Refusal;

/** What became of a request for a challenge. */
public sealed interface Issue {
  record Issued(Challenge challenge) implements Issue {}

  record Refused(Refusal refusal) implements Issue {}
}
