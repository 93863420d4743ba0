package dev.hanse.api.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.hanse.api.AttestationLevel;
import dev.hanse.api.MemberState;
import dev.hanse.api.Operation;
import dev.hanse.api.RegionHealth;
import dev.hanse.api.Role;
import dev.hanse.seeds.Seeds;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WireRoundTripPropertyTest {
  @Seeds
  void anOfferComesBackAsItWas(long seed) {
    var offer = new AnyRecord(seed).offer(0);

    assertThat(OfferWire.fromProto(OfferWire.toProto(offer))).isEqualTo(offer);
  }

  @Seeds
  void aBidComesBackAsItWas(long seed) {
    var bid = new AnyRecord(seed).bid();

    assertThat(BidWire.fromProto(BidWire.toProto(bid))).isEqualTo(bid);
  }

  @Seeds
  void outcomesComeBackAsTheyWere(long seed) {
    var outcomes = new AnyRecord(seed).outcomes();

    assertThat(BidWire.fromProto(BidWire.toProto(outcomes))).isEqualTo(outcomes);
  }

  @Seeds
  void aMemberComesBackAsItWas(long seed) {
    var member = new AnyRecord(seed).member(0);

    assertThat(MemberWire.fromProto(MemberWire.toProto(member))).isEqualTo(member);
  }

  @Seeds
  void aLoadComesBackAsItWas(long seed) {
    var load = new AnyRecord(seed).load();

    assertThat(MemberWire.fromProto(MemberWire.toProto(load))).isEqualTo(load);
  }

  @Seeds
  void aRegionComesBackAsItWas(long seed) {
    var region = new AnyRecord(seed).region(0);

    assertThat(RegionWire.fromProto(RegionWire.toProto(region))).isEqualTo(region);
  }

  @Seeds
  void aKeyComesBackAsItWas(long seed) {
    var key = new AnyRecord(seed).key(0);

    assertThat(KeyWire.fromProto(KeyWire.toProto(key))).isEqualTo(key);
  }

  @Seeds
  void aSnapshotComesBackThroughItsBytes(long seed) throws InvalidProtocolBufferException {
    var snapshot = new AnyRecord(seed).snapshot();

    byte[] bytes = ViewWire.toProto(snapshot).toByteArray();

    assertThat(ViewWire.fromProto(dev.hanse.api.control.v1.Snapshot.parseFrom(bytes)))
        .isEqualTo(snapshot);
  }

  @Seeds
  void aDeltaComesBackThroughItsBytes(long seed) throws InvalidProtocolBufferException {
    var delta = new AnyRecord(seed).delta();

    byte[] bytes = ViewWire.toProto(delta).toByteArray();

    assertThat(ViewWire.fromProto(dev.hanse.api.control.v1.Delta.parseFrom(bytes)))
        .isEqualTo(delta);
  }

  @Seeds
  void equalRecordsHaveEqualBytes(long seed) {
    var one = ViewWire.toProto(new AnyRecord(seed).delta());
    var same = ViewWire.toProto(ViewWire.fromProto(one));

    assertThat(same.toByteString()).isEqualTo(one.toByteString());
  }

  @ParameterizedTest
  @EnumSource
  void everyOperationComesBack(Operation operation) {
    assertThat(OfferWire.operationFromNumber("operation", OfferWire.toProto(operation).getNumber()))
        .isEqualTo(operation);
  }

  @ParameterizedTest
  @EnumSource
  void everyRoleComesBack(Role role) {
    int number = MemberWire.toProto(role).getNumber();

    assertThat(MemberWire.rolesFromProto("roles", List.of(number))).isEqualTo(Set.of(role));
  }

  @ParameterizedTest
  @EnumSource
  void everyStateComesBack(MemberState state) {
    assertThat(MemberWire.stateFromNumber("state", MemberWire.toProto(state).getNumber()))
        .isEqualTo(state);
  }

  @ParameterizedTest
  @EnumSource
  void everyHealthComesBack(RegionHealth health) {
    assertThat(RegionWire.healthFromNumber("health", RegionWire.toProto(health).getNumber()))
        .isEqualTo(health);
  }

  @ParameterizedTest
  @EnumSource
  void everyLevelComesBack(AttestationLevel level) {
    assertThat(AttestationWire.levelFromNumber("level", AttestationWire.toProto(level).getNumber()))
        .isEqualTo(level);
  }
}
