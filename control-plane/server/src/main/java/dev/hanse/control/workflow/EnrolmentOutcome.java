package dev.hanse.control.workflow;

import dev.hanse.attestation.Refusal;
import dev.hanse.control.identity.IssuedIdentity;

/** What became of an enrolment. */
public sealed interface EnrolmentOutcome {
  /**
   * An identity was issued.
   *
   * @param evidence what it rests on
   * @param judgedUnder the revision of the {@link Trust} it was judged by
   */
  record Enrolled(IssuedIdentity identity, Certified evidence, long judgedUnder)
      implements EnrolmentOutcome {}

  record Refused(Refusal refusal) implements EnrolmentOutcome {}
}
