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
 * Invariant 13: of two reservations that fit one at a time but not together, one is granted; and
 * what the member then holds is that one's.
 */
@JCStressTest
@Outcome(id = "1, 0, 60", expect = Expect.ACCEPTABLE, desc = "the first was granted")
@Outcome(id = "0, 1, 60", expect = Expect.ACCEPTABLE, desc = "the second was granted")
@Outcome(expect = Expect.FORBIDDEN, desc = "above the cap, or neither was granted")
@State
public class HardCapStress {
  private final BoundedLoadPlacement placement = placement();

  private static BoundedLoadPlacement placement() {
    var placement = BoundedLoadPlacement.builder().slotBits(6).build();
    placement.update(List.of(new Member("only", "eu-west-1", 1, 100)));
    return placement;
  }

  @Actor
  public void first(III_Result result) {
    result.r1 = placement.view().tryReserve(1, 60, Eligible.ALL) >= 0 ? 1 : 0;
  }

  @Actor
  public void second(III_Result result) {
    result.r2 = placement.view().tryReserve(2, 60, Eligible.ALL) >= 0 ? 1 : 0;
  }

  @Arbiter
  public void held(III_Result result) {
    result.r3 = (int) placement.snapshot().totalTokens();
  }
}
