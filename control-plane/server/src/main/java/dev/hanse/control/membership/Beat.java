package dev.hanse.control.membership;

import dev.hanse.api.Load;
import dev.hanse.api.MemberState;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.NodeId;
import java.util.List;

/**
 * A sign of life.
 *
 * @param incarnation of the Hello on the same stream
 * @param offers empty: as before
 */
public record Beat(
    NodeId id, long incarnation, Load load, MemberState state, List<ModelOffer> offers) {
  public Beat {
    offers = List.copyOf(offers);
  }
}
