package dev.hanse.control.workflow;

import dev.hanse.attestation.Refusal;
import dev.hanse.control.identity.IssuedIdentity;

/** What became of an enrolment. */
public sealed interface EnrolmentOutcome {
  record Enrolled(IssuedIdentity identity) implements EnrolmentOutcome {}

  record Refused(Refusal refusal) implements EnrolmentOutcome {}
}
