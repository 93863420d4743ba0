package dev.hanse.hash.stress;

import dev.hanse.hash.BoundedLoadPlacement;
import dev.hanse.hash.Eligible;
import dev.hanse.hash.Member;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Invariant 14: while the members are exchanged, a reservation lands on the old one or the new, and
 * whichever it is, its late release leaves nobody charged.
 */
@JCStressTest
@Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "placed on the member that left")
@Outcome(id = "2, 1, 0", expect = Expect.ACCEPTABLE, desc = "placed on the member that came")
@Outcome(expect = Expect.FORBIDDEN, desc = "refused, lost, or charged to somebody else")
@State
public class SwapStress {
  private final BoundedLoadPlacement placement = BoundedLoadPlacement.builder().slotBits(6).build();

  /** A placement whose only member is about to leave. */
  public SwapStress() {
    placement.update(List.of(new Member("old", "eu-west-1", 1, 100)));
  }

  @Actor
  public void reserveAndRelease(III_Result result) {
    long lease = placement.view().tryReserve(1, 60, Eligible.ALL);
    if (lease >= 0) {
      result.r1 = placement.memberOf(lease).id().equals("old") ? 1 : 2;
      result.r2 = placement.release(lease) ? 1 : 0;
    }
  }

  @Actor
  public void swap() {
    placement.update(List.of(new Member("new", "eu-west-1", 1, 100)));
  }

  @Arbiter
  public void charged(III_Result result) {
    result.r3 = (int) placement.snapshot().totalTokens();
  }
}
