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

/** Invariant 10: one lease released by two threads is given back once. */
@JCStressTest
@Outcome(id = "1, 0, 40", expect = Expect.ACCEPTABLE, desc = "the first released it")
@Outcome(id = "0, 1, 40", expect = Expect.ACCEPTABLE, desc = "the second released it")
@Outcome(expect = Expect.FORBIDDEN, desc = "given back twice, or never")
@State
public class ReleaseStress {
  private final BoundedLoadPlacement placement = BoundedLoadPlacement.builder().slotBits(6).build();
  private final long lease;

  /** A member with two leases, of which one is released. */
  public ReleaseStress() {
    var view = placement.update(List.of(new Member("only", "eu-west-1", 1, 100)));
    this.lease = view.tryReserve(1, 60, Eligible.ALL);
    if (view.tryReserve(1, 40, Eligible.ALL) < 0) {
      throw new IllegalStateException("there is room for both");
    }
  }

  @Actor
  public void first(III_Result result) {
    result.r1 = placement.release(lease) ? 1 : 0;
  }

  @Actor
  public void second(III_Result result) {
    result.r2 = placement.release(lease) ? 1 : 0;
  }

  @Arbiter
  public void held(III_Result result) {
    result.r3 = (int) placement.snapshot().totalTokens();
  }
}
