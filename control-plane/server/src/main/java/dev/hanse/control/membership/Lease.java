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
  private final Pricing pricing;
  private Member reported;
  private Load load;
  private Duration heardAt;
  private boolean fresh;
  private MemberView view;

  Lease(
      Member reported, Load load, Duration heardAt, boolean drained, Instant now, Pricing pricing) {
    this.pricing = pricing;
    this.reported = reported;
    this.load = load;
    this.heardAt = heardAt;
    this.fresh = reported.attestation().isFreshAt(now);
    this.view = new MemberView(decided(drained), load);
  }

  /**
   * What the mesh is told: a member whose attestation expired takes no work, whatever it says; nor
   * does one an operator drains; and its prices are the market's.
   */
  private Member decided(boolean drained) {
    MemberState state =
        switch (reported.state()) {
          case READY ->
              !fresh ? MemberState.UNHEALTHY : drained ? MemberState.DRAINING : MemberState.READY;
          case DRAINING -> fresh ? MemberState.DRAINING : MemberState.UNHEALTHY;
          case UNHEALTHY -> MemberState.UNHEALTHY;
        };
    Member priced = pricing.priced(reported);
    return state == reported.state() ? priced : priced.withState(state);
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
    view = new MemberView(decided(drained), load);
  }

  void attested(AttestationSummary summary, boolean drained, Instant now) {
    reported = reported.withAttestation(summary);
    decide(drained, now);
  }

  void decide(boolean drained, Instant now) {
    fresh = reported.attestation().isFreshAt(now);
    view = new MemberView(decided(drained), load);
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

  /** As the node describes itself. */
  MemberView reported() {
    return new MemberView(reported, load);
  }

  Load load() {
    return load;
  }

  MemberView view() {
    return view;
  }
}
