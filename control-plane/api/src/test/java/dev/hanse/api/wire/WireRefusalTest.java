package dev.hanse.api.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.hanse.api.control.v1.ClientKey;
import dev.hanse.api.control.v1.Delta;
import dev.hanse.api.control.v1.Member;
import dev.hanse.api.control.v1.MemberLoad;
import dev.hanse.api.control.v1.Outcomes;
import dev.hanse.api.control.v1.RegionStatus;
import dev.hanse.api.control.v1.SignedBid;
import dev.hanse.api.control.v1.Snapshot;
import java.time.Instant;
import java.util.Collections;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class WireRefusalTest {
  @TestFactory
  Stream<DynamicTest> aMemberIsRefusedByTheNameOfItsBadField() {
    return Stream.of(
        member("node_id", m -> m.setNodeId("Acme.GPU")),
        member("node_id", m -> m.setNodeId("acme")),
        member("provider", m -> m.setProvider("other")),
        member("region", m -> m.setRegion("EU West")),
        member("host", m -> m.setHost("h".repeat(254))),
        member("host", m -> m.setHost("127.0.0.1\r\n")),
        member("port", m -> m.setPort(65_536)),
        member("port", m -> m.setPort(-1)),
        member("port", m -> m.setHost("")),
        member("roles[0].role", m -> m.setRolesValue(0, 99)),
        member("roles[1].role", m -> m.setRolesValue(1, 0)),
        member("roles", m -> m.addAllRolesValue(Collections.nCopies(9, 1))),
        member("offers", m -> m.addAllOffers(Collections.nCopies(300, m.getOffers(0)))),
        member("offers", m -> m.addOffers(m.getOffers(0))),
        member("offers[0].model", m -> m.getOffersBuilder(0).setModel("two words")),
        member("offers[0].operations", m -> m.getOffersBuilder(0).clearOperations()),
        member(
            "offers[0].operations[0].operation",
            m -> m.getOffersBuilder(0).setOperationsValue(0, 44)),
        member("offers[0].context_tokens", m -> m.getOffersBuilder(0).setContextTokens(0)),
        member("offers[0].context_tokens", m -> m.getOffersBuilder(0).setContextTokens(-1)),
        member("offers[0].quantization", m -> m.getOffersBuilder(0).setQuantization(" ")),
        member("offers[0].price", m -> m.getOffersBuilder(0).clearPrice()),
        member(
            "offers[0].price.input_micros_per_mtok",
            m -> m.getOffersBuilder(0).getPriceBuilder().setInputMicrosPerMtok(-1)),
        member(
            "offers[0].price.cached_input_micros_per_mtok",
            m ->
                m.getOffersBuilder(0)
                    .getPriceBuilder()
                    .setCachedInputMicrosPerMtok(Long.MIN_VALUE)),
        member(
            "offers[0].price.output_micros_per_mtok",
            m -> m.getOffersBuilder(0).getPriceBuilder().setOutputMicrosPerMtok(Long.MAX_VALUE)),
        member("offers[0].quote.epoch", m -> quote(m).setEpoch(-1)),
        member("offers[0].quote.price", m -> quote(m).clearPrice()),
        member(
            "offers[0].quote.price.output_micros_per_mtok",
            m -> quote(m).getPriceBuilder().setOutputMicrosPerMtok(1_000_000_000_001L)),
        member("offers[0].quote.weight_millionths", m -> quote(m).setWeightMillionths(-1)),
        member(
            "offers[0].quote.weight_millionths", m -> quote(m).setWeightMillionths(Long.MAX_VALUE)),
        member(
            "offers[0].quote.effective_cost_micros_per_mtok",
            m -> quote(m).setEffectiveCostMicrosPerMtok(Long.MIN_VALUE)),
        member(
            "offers[0].quote.effective_cost_micros_per_mtok",
            m -> quote(m).setEffectiveCostMicrosPerMtok(1_000_000_000_000_001L)),
        member("capacity", Member.Builder::clearCapacity),
        member("capacity.work_tokens", m -> m.getCapacityBuilder().setWorkTokens(-1)),
        member(
            "capacity.prefill_tokens_per_second",
            m -> m.getCapacityBuilder().setPrefillTokensPerSecond(-1)),
        member(
            "capacity.decode_tokens_per_second",
            m -> m.getCapacityBuilder().setDecodeTokensPerSecond(-1)),
        member("engine", m -> m.setEngine("e".repeat(257))),
        member("engine", m -> m.setEngine("red \u001b[31m")),
        member("data_policy", Member.Builder::clearDataPolicy),
        member("attestation", Member.Builder::clearAttestation),
        member("attestation.technology", m -> m.getAttestationBuilder().clearTechnology()),
        member("attestation.level", m -> m.getAttestationBuilder().setLevelValue(17)),
        member(
            "attestation.appraised_at_epoch_millis",
            m -> m.getAttestationBuilder().setAppraisedAtEpochMillis(-1)),
        member(
            "attestation.expires_at_epoch_millis",
            m -> m.getAttestationBuilder().setExpiresAtEpochMillis(Long.MAX_VALUE)),
        member("state", Member.Builder::clearState),
        member("state", m -> m.setStateValue(12)),
        member("public_url", m -> m.setPublicUrl("u".repeat(2_049))));
  }

  private static dev.hanse.api.control.v1.Quote.Builder quote(Member.Builder member) {
    return member.getOffersBuilder(0).getQuoteBuilder();
  }

  @TestFactory
  Stream<DynamicTest> aBidIsRefusedByTheNameOfItsBadField() {
    return Stream.of(
        bid("bid", SignedBid.Builder::clearBid),
        bid("bid.node_id", b -> b.getBidBuilder().setNodeId("acme")),
        bid("bid.model", b -> b.getBidBuilder().setModel("")),
        bid("bid.price", b -> b.getBidBuilder().clearPrice()),
        bid(
            "bid.price.input_micros_per_mtok",
            b -> b.getBidBuilder().getPriceBuilder().setInputMicrosPerMtok(-1)),
        bid(
            "bid.price.output_micros_per_mtok",
            b -> b.getBidBuilder().getPriceBuilder().setOutputMicrosPerMtok(Long.MAX_VALUE)),
        bid("bid.floor", b -> b.getBidBuilder().clearFloor()),
        bid(
            "bid.floor.cached_input_micros_per_mtok",
            b -> b.getBidBuilder().getFloorBuilder().setCachedInputMicrosPerMtok(Long.MIN_VALUE)),
        bid("bid.valid_from_epoch_millis", b -> b.getBidBuilder().setValidFromEpochMillis(-1)),
        bid(
            "bid.valid_until_epoch_millis",
            b -> b.getBidBuilder().setValidUntilEpochMillis(Long.MAX_VALUE)),
        bid("bid.sequence", b -> b.getBidBuilder().setSequence(0)),
        bid("bid.sequence", b -> b.getBidBuilder().setSequence(-9)),
        bid("signature", SignedBid.Builder::clearSignature),
        bid("signature", b -> b.setSignature(ByteString.copyFrom(new byte[513]))));
  }

  private static DynamicTest bid(String field, Consumer<SignedBid.Builder> spoil) {
    return refusal(
        field,
        () -> {
          var bid = BidWire.toProto(FullRecord.BID).toBuilder();
          spoil.accept(bid);
          BidWire.fromProto(bid.build());
        });
  }

  @TestFactory
  Stream<DynamicTest> outcomesAreRefusedByTheNameOfTheirBadField() {
    return Stream.of(
        outcomes("node_id", o -> o.setNodeId("nobody")),
        outcomes("model", Outcomes.Builder::clearModel),
        outcomes("answered", o -> o.setAnswered(1_000_001)),
        outcomes("failed", o -> o.setFailed(-1)),
        outcomes("rejected", o -> o.setRejected(Long.MAX_VALUE)),
        outcomes("prompt_tokens", o -> o.setPromptTokens(-1)),
        outcomes("cached_prompt_tokens", o -> o.setCachedPromptTokens(o.getPromptTokens() + 1)),
        outcomes("completion_tokens", o -> o.setCompletionTokens(Long.MAX_VALUE)),
        outcomes("ttft_millis", o -> o.setTtftMillis(-1)),
        outcomes("timed", o -> o.setTimed(-1)),
        refusal(
            "outcomes",
            () ->
                BidWire.outcomesFromProto(
                    Collections.nCopies(513, BidWire.toProto(FullRecord.OUTCOMES)))));
  }

  private static DynamicTest outcomes(String field, Consumer<Outcomes.Builder> spoil) {
    return refusal(
        field,
        () -> {
          var outcomes = BidWire.toProto(FullRecord.OUTCOMES).toBuilder();
          spoil.accept(outcomes);
          BidWire.fromProto(outcomes.build());
        });
  }

  private static DynamicTest member(String field, Consumer<Member.Builder> spoil) {
    return refusal(
        field,
        () -> {
          var member = MemberWire.toProto(FullRecord.MEMBER).toBuilder();
          spoil.accept(member);
          MemberWire.fromProto(member.build());
        });
  }

  @TestFactory
  Stream<DynamicTest> aViewIsRefusedByTheNameOfItsBadField() {
    return Stream.of(
        snapshot("version", s -> s.setVersion(-1)),
        snapshot("region", Snapshot.Builder::clearRegion),
        snapshot("members", s -> s.addMembers(s.getMembers(0))),
        snapshot("members[0].member", s -> s.getMembersBuilder(0).clearMember()),
        snapshot("members[0].load", s -> s.getMembersBuilder(0).clearLoad()),
        snapshot(
            "members[0].load.sequence",
            s -> s.getMembersBuilder(0).getLoadBuilder().setSequence(-1)),
        snapshot(
            "members[0].load.in_flight_work_tokens",
            s -> s.getMembersBuilder(0).getLoadBuilder().setInFlightWorkTokens(-1)),
        snapshot(
            "members[0].load.in_flight_requests",
            s -> s.getMembersBuilder(0).getLoadBuilder().setInFlightRequests(-1)),
        snapshot(
            "members[0].load.queued_requests",
            s -> s.getMembersBuilder(0).getLoadBuilder().setQueuedRequests(-1)),
        snapshot(
            "members[0].load.kv_used_permille",
            s -> s.getMembersBuilder(0).getLoadBuilder().setKvUsedPermille(1001)),
        snapshot(
            "members[0].load.ttft_millis",
            s -> s.getMembersBuilder(0).getLoadBuilder().setTtftMillis(-1)),
        snapshot("members", s -> s.addAllMembers(Collections.nCopies(5_000, s.getMembers(0)))),
        snapshot("regions", s -> s.addRegions(s.getRegions(0))),
        snapshot("regions[0].region", s -> s.getRegionsBuilder(0).setRegion("-")),
        snapshot("regions[0].health", s -> s.getRegionsBuilder(0).setHealthValue(9)),
        snapshot(
            "regions[0].heard_at_epoch_millis",
            s -> s.getRegionsBuilder(0).setHeardAtEpochMillis(-5)),
        snapshot("regions[0].edge_urls[1].url", s -> s.getRegionsBuilder(0).addEdgeUrls("")),
        snapshot("regions[0].control_port", s -> s.getRegionsBuilder(0).setControlPort(70_000)),
        snapshot("keys", s -> s.addKeys(s.getKeys(0))),
        snapshot("keys[0].key_id", s -> s.getKeysBuilder(0).clearKeyId()),
        snapshot(
            "keys[0].secret_sha256",
            s -> s.getKeysBuilder(0).setSecretSha256(ByteString.copyFromUtf8("short"))),
        snapshot("keys[0].tenant", s -> s.getKeysBuilder(0).setTenant("")),
        snapshot("keys[0].models[1]", s -> s.getKeysBuilder(0).addModels("")),
        snapshot(
            "keys[0].models", s -> s.getKeysBuilder(0).addAllModels(Collections.nCopies(257, "m"))),
        snapshot("keys[0].requests_per_minute", s -> s.getKeysBuilder(0).setRequestsPerMinute(-1)),
        snapshot("keys[0].tokens_per_minute", s -> s.getKeysBuilder(0).setTokensPerMinute(-1)),
        snapshot(
            "keys[0].expires_at_epoch_millis",
            s -> s.getKeysBuilder(0).setExpiresAtEpochMillis(-1)),
        snapshot("keys[0].revision", s -> s.getKeysBuilder(0).setRevision(-1)),
        delta("base_version", d -> d.setBaseVersion(-1)),
        delta("version", d -> d.setVersion(d.getBaseVersion())),
        delta("loads[0].node_id", d -> d.getLoadsBuilder(0).clearNodeId()),
        delta("loads[0].load", d -> d.getLoadsBuilder(0).clearLoad()),
        delta("loads", d -> d.addLoads(d.getLoads(0))),
        delta(
            "loads",
            d -> d.addAllLoads(Collections.nCopies(5_000, MemberLoad.getDefaultInstance()))),
        delta("removed_node_ids[0]", d -> d.setRemovedNodeIds(0, "nobody")));
  }

  private static DynamicTest snapshot(String field, Consumer<Snapshot.Builder> spoil) {
    return refusal(
        field,
        () -> {
          var snapshot = ViewWire.toProto(FullRecord.SNAPSHOT).toBuilder();
          spoil.accept(snapshot);
          ViewWire.fromProto(snapshot.build());
        });
  }

  private static DynamicTest delta(String field, Consumer<Delta.Builder> spoil) {
    return refusal(
        field,
        () -> {
          var delta = ViewWire.toProto(FullRecord.DELTA).toBuilder();
          spoil.accept(delta);
          ViewWire.fromProto(delta.build());
        });
  }

  private static DynamicTest refusal(String field, Runnable read) {
    return DynamicTest.dynamicTest(
        field,
        () ->
            assertThatThrownBy(read::run)
                .isInstanceOfSatisfying(
                    WireException.class,
                    refused -> {
                      assertThat(refused.field()).isEqualTo(field);
                      assertThat(refused).hasMessageStartingWith(field + ": ");
                    }));
  }

  @Test
  void emptyMessagesAreRefused() {
    assertThatThrownBy(() -> MemberWire.fromProto(Member.getDefaultInstance()))
        .isInstanceOf(WireException.class);
    assertThatThrownBy(() -> RegionWire.fromProto(RegionStatus.getDefaultInstance()))
        .isInstanceOf(WireException.class);
    assertThatThrownBy(() -> KeyWire.fromProto(ClientKey.getDefaultInstance()))
        .isInstanceOf(WireException.class);
  }

  @Test
  void anInstantTheWireCannotCarryIsRefusedBeforeItIsSent() {
    var attestation =
        new dev.hanse.api.AttestationSummary(
            "simulated", dev.hanse.api.AttestationLevel.SIMULATED, Instant.EPOCH, Instant.MAX);

    assertThatThrownBy(() -> AttestationWire.toProto(attestation))
        .hasMessageStartingWith("expires_at_epoch_millis: must be before the year 10000");
  }

  @Test
  void aKeyThatExpiredLongAgoDoesNotBecomeEternal() {
    var expired =
        new dev.hanse.api.ClientKey(
            "k1",
            "00".repeat(32),
            "t",
            java.util.Set.of(),
            0,
            0,
            java.util.Optional.of(Instant.EPOCH),
            false,
            0);

    assertThat(KeyWire.fromProto(KeyWire.toProto(expired)).expiresAt()).isPresent();
  }
}
