package dev.hanse.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hanse.hash.RefusedMembership.Reason;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SlotTableTest {
  @Test
  void placesAsItAlwaysDid() {
    var weighted =
        List.of(Members.of("a", 1), Members.of("b", 2), Members.of("c", 0.25), Members.of("d", 4));

    assertThat(SlotTable.of(weighted, 42).digest()).isEqualTo(7933062195748930978L);
    assertThat(SlotTable.of(Members.equal(12), 7).digest()).isEqualTo(-4614815444241695749L);
    assertThat(SlotTable.of(Members.equal(120), 7).digest()).isEqualTo(-5562253811701565177L);
  }

  @Test
  void hashesNamesAsSipHashDoes() {
    byte[] input = new byte[15];
    for (int i = 0; i < input.length; i++) {
      input[i] = (byte) i;
    }

    // Appendix A of the SipHash paper.
    assertThat(KeyedHash.sip(input, 0x0706050403020100L, 0x0f0e0d0c0b0a0908L))
        .isEqualTo(0xa129ca6149be45e5L);
  }

  @Test
  void growsToMoreSlotsAtAHundredMembersUnlessToldItsSize() {
    assertThat(SlotTable.of(Members.equal(99), 1).slots()).isEqualTo(1 << 16);
    assertThat(SlotTable.of(Members.equal(100), 1).slots()).isEqualTo(1 << 18);
    assertThat(SlotTable.of(Members.equal(100), 1, 8).slots()).isEqualTo(256);
  }

  @Test
  void servesOneMemberAlone() {
    var table = SlotTable.of(Members.equal(1), 1, 8);

    assertThat(table.first(123)).isZero();
    assertThat(table.ranks()).isOne();
    assertThatThrownBy(() -> table.preference(123, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void copesWithWeightsManyOrdersOfMagnitudeApart() {
    var members = new ArrayList<>(Members.equal(9));
    members.add(Members.of("dust", 1e-12));
    members.add(Members.of("giant", 1e18));

    var table = SlotTable.of(members, 1, 8);

    for (int slot = 0; slot < table.slots(); slot++) {
      assertThat(table.members().get(table.inSlot(slot, 0)).id()).isEqualTo("giant");
    }
  }

  @Test
  void findsMembersById() {
    var table = SlotTable.of(Members.equal(30), 1, 8);

    for (int i = 0; i < 30; i++) {
      assertThat(table.indexOf(table.members().get(i).id())).isEqualTo(i);
    }
    assertThat(table.indexOf("nobody")).isEqualTo(-1);
  }

  @Test
  void refusesWhatCannotBePlacedOn() {
    var table = SlotTable.of(Members.equal(1), 1, 8);

    assertThat(reasonOf(() -> SlotTable.of(List.of(), 1))).isEqualTo(Reason.EMPTY);
    assertThat(reasonOf(() -> SlotTable.of(Members.equal(4097), 1))).isEqualTo(Reason.TOO_MANY);
    assertThat(reasonOf(() -> table.with(Members.of("node0", 3)))).isEqualTo(Reason.DUPLICATE_ID);
    assertThat(reasonOf(() -> table.without("node0"))).isEqualTo(Reason.EMPTY);
    assertThat(reasonOf(() -> table.without("nobody"))).isEqualTo(Reason.UNKNOWN_ID);
    assertThat(reasonOf(() -> table.reweighted("nobody", 1))).isEqualTo(Reason.UNKNOWN_ID);
    assertThatThrownBy(() -> SlotTable.of(Members.equal(1), 1, 5))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesMembersOutOfRange() {
    for (double weight : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1e19, 1e-13}) {
      assertThat(reasonOf(() -> Members.of("node", weight))).isEqualTo(Reason.WEIGHT_OUT_OF_RANGE);
    }
    for (long cap : new long[] {0, -1, Long.MIN_VALUE}) {
      assertThat(reasonOf(() -> new Member("node", "zone", 1, cap)))
          .isEqualTo(Reason.CAPACITY_OUT_OF_RANGE);
    }
    assertThat(reasonOf(() -> Members.of(" ", 1))).isEqualTo(Reason.BLANK_ID);
  }

  static Reason reasonOf(ThrowingCallable refused) {
    RefusedMembership refusal = catchThrowableOfType(RefusedMembership.class, refused);
    assertThat(refusal).as("a refusal").isNotNull();
    return refusal.reason();
  }
}
