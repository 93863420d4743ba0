package dev.hanse.control.federation;

import static dev.hanse.control.membership.Mesh.DAY;
import static dev.hanse.control.membership.Mesh.US;
import static dev.hanse.control.membership.Mesh.key;
import static dev.hanse.control.membership.Mesh.load;
import static dev.hanse.control.membership.Mesh.member;
import static dev.hanse.control.membership.Mesh.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.hanse.api.ClientKey;
import dev.hanse.api.Endpoint;
import dev.hanse.api.Load;
import dev.hanse.api.MemberView;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionHealth;
import dev.hanse.api.RegionStatus;
import dev.hanse.control.membership.RegionUpdate;
import dev.hanse.seeds.Seeds;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RegionUpdateWirePropertyTest {
  private static final RegionStatus STATUS =
      new RegionStatus(
          US, "us", RegionHealth.READY, DAY, List.of("http://e"), new Endpoint("10.0.0.1", 1));

  @Seeds(tries = 100)
  void comesBackAsItWentOut(long seed) {
    Random random = new Random(seed);
    List<MemberView> members =
        IntStream.range(0, random.nextInt(5))
            .mapToObj(i -> new MemberView(member(US, "m-" + i, random.nextLong()), load(i)))
            .toList();
    Map<NodeId, Load> loads =
        IntStream.range(0, random.nextInt(5))
            .boxed()
            .collect(Collectors.toMap(i -> node("l-" + i), i -> load(i + 1)));
    Set<NodeId> removed =
        IntStream.range(0, random.nextInt(5))
            .mapToObj(i -> node("r-" + i))
            .collect(Collectors.toSet());
    List<ClientKey> keys =
        IntStream.range(0, random.nextInt(3))
            .mapToObj(i -> key("k" + i, random.nextInt(9), random.nextBoolean()))
            .toList();
    RegionUpdate update =
        new RegionUpdate(
            US,
            1 + random.nextLong(Long.MAX_VALUE),
            1 + random.nextLong(Long.MAX_VALUE),
            random.nextBoolean(),
            members,
            loads,
            removed,
            keys,
            STATUS,
            random.nextBoolean());

    assertThat(RegionUpdateWire.fromProto(RegionUpdateWire.toProto(update))).isEqualTo(update);
  }

  @Test
  void refusesAnUpdateWithoutAStatusAnEpochOrARegion() {
    dev.hanse.api.control.v1.RegionUpdate good =
        RegionUpdateWire.toProto(
            new RegionUpdate(
                US, 1, 1, true, List.of(), Map.of(), Set.of(), List.of(), STATUS, false));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> RegionUpdateWire.fromProto(good.toBuilder().clearStatus().build()))
        .withMessageContaining("status");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RegionUpdateWire.fromProto(good.toBuilder().setEpoch(0).build()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RegionUpdateWire.fromProto(good.toBuilder().setSequence(-1).build()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RegionUpdateWire.fromProto(good.toBuilder().setRegion("?").build()));
  }
}
