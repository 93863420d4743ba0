package dev.hanse.control.membership;

import dev.hanse.api.AttestationSummary;
import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.MemberState;
import dev.hanse.api.MemberView;
import java.time.Duration;
import java.time.Instant;

/** One present node of this region: what it said, what was decided of it, and since when. */
final class Lease {
  private Member reported;
  private Load load;
  private Duration heardAt;
  private boolean fresh;
  private MemberView view;

  Lease(Member reported, Load load, Duration heardAt, boolean drained, Instant now) {
    this.reported = reported;
    this.load = load;
    this.heardAt = heardAt;
    this.fresh = reported.attestation().isFreshAt(now);
    this.view = new MemberView(decided(reported, fresh, drained), load);
  }

  /**
   * What the mesh is told: a member whose attestation expired takes no work, whatever it says; nor
   * does one an operator drains.
   */
  private static Member decided(Member reported, boolean fresh, boolean drained) {
    MemberState state =
        switch (reported.state()) {
          case READY ->
              !fresh ? MemberState.UNHEALTHY : drained ? MemberState.DRAINING : MemberState.READY;
          case DRAINING -> fresh ? MemberState.DRAINING : MemberState.UNHEALTHY;
          case UNHEALTHY -> MemberState.UNHEALTHY;
        };
    return state == reported.state() ? reported : reported.withState(state);
  }

  void beat(Beat beat, Duration now, boolean drained) {
    heardAt = now;
    load = beat.load();
    boolean newState = reported.state() != beat.state();
    boolean newOffers = !beat.offers().isEmpty() && !beat.offers().equals(reported.offers());
    if (!newState && !newOffers) {
      view = new MemberView(view.member(), load);
      return;
    }
    Member said = newState ? reported.withState(beat.state()) : reported;
    reported = newOffers ? said.withOffers(beat.offers()) : said;
    view = new MemberView(decided(reported, fresh, drained), load);
  }

  void attested(AttestationSummary summary, boolean drained, Instant now) {
    reported = reported.withAttestation(summary);
    decide(drained, now);
  }

  void decide(boolean drained, Instant now) {
    fresh = reported.attestation().isFreshAt(now);
    view = new MemberView(decided(reported, fresh, drained), load);
  }

  /** Whether the attestation expired, or was renewed, since the last decision. */
  boolean isOutdated(Instant now) {
    return fresh != reported.attestation().isFreshAt(now);
  }

  boolean isOverAt(Duration now, Duration term) {
    return now.minus(heardAt).compareTo(term) >= 0;
  }

  Duration remaining(Duration now, Duration term) {
    Duration left = term.minus(now.minus(heardAt));
    return left.isNegative() ? Duration.ZERO : left;
  }

  long incarnation() {
    return reported.incarnation();
  }

  Load load() {
    return load;
  }

  MemberView view() {
    return view;
  }
}
