package dev.hanse.api.wire;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.AttestationSummary;
import dev.hanse.api.Bid;
import dev.hanse.api.Capacity;
import dev.hanse.api.ClientKey;
import dev.hanse.api.DataPolicy;
import dev.hanse.api.Delta;
import dev.hanse.api.Endpoint;
import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.MemberState;
import dev.hanse.api.MemberView;
import dev.hanse.api.ModelId;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.api.Outcomes;
import dev.hanse.api.Price;
import dev.hanse.api.Quote;
import dev.hanse.api.RegionHealth;
import dev.hanse.api.RegionId;
import dev.hanse.api.RegionStatus;
import dev.hanse.api.Role;
import dev.hanse.api.SignedBid;
import dev.hanse.api.Snapshot;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One record of each kind with no field left at its default. */
final class FullRecord {
  static final NodeId NODE = NodeId.parse("acme.gpu-1");

  static final ModelOffer OFFER =
      new ModelOffer(
          new ModelId("llama-3.1-8b-instruct"),
          Set.of(Operation.CHAT, Operation.COMPLETION),
          131_072,
          "fp8",
          new Price(60_000, 30_000, 120_000),
          Optional.of(new Quote(9, new Price(61_000, 31_000, 121_000), 1_500_000, 80_000)));

  static final AttestationSummary ATTESTATION =
      new AttestationSummary(
          "simulated",
          AttestationLevel.SIMULATED,
          Instant.parse("2026-11-20T10:00:00Z"),
          Instant.parse("2026-11-20T11:00:00Z"));

  static final Member MEMBER =
      new Member(
          NODE,
          new RegionId("eu-west"),
          new Endpoint("127.0.0.2", 7443),
          "http://127.0.0.1:8080",
          Set.of(Role.EDGE, Role.PROVIDER),
          List.of(OFFER),
          new Capacity(100_000, 20_000, 2_000),
          "simulated (h100)",
          true,
          new DataPolicy(true, true),
          ATTESTATION,
          MemberState.DRAINING,
          42);

  static final Load LOAD = new Load(7, 4_000, 3, 2, 512, 180);

  static final RegionStatus REGION =
      new RegionStatus(
          new RegionId("eu-west"),
          "eu",
          RegionHealth.SILENT,
          Instant.parse("2026-11-20T10:00:01Z"),
          List.of("http://127.0.0.1:8080"),
          new Endpoint("127.0.0.1", 7400));

  static final ClientKey KEY =
      new ClientKey(
          "k1",
          "0123456789abcdef".repeat(4),
          "tenant-1",
          Set.of(new ModelId("llama-3.1-8b-instruct")),
          60,
          100_000,
          Optional.of(Instant.parse("2027-01-01T00:00:00Z")),
          true,
          3);

  static final MemberView VIEW = new MemberView(MEMBER, LOAD);

  static final Snapshot SNAPSHOT =
      new Snapshot(
          11, 5, new RegionId("eu-west"), List.of(VIEW), List.of(REGION), List.of(KEY), -7);

  static final Delta DELTA =
      new Delta(
          11,
          5,
          6,
          List.of(VIEW),
          Map.of(NODE, LOAD),
          Set.of(NodeId.parse("acme.gpu-2")),
          List.of(REGION),
          List.of(KEY));

  static final SignedBid BID =
      new SignedBid(
          new Bid(
              NODE,
              new ModelId("llama-3.1-8b-instruct"),
              new Price(60_000, 30_000, 120_000),
              new Price(50_000, 20_000, 100_000),
              Instant.parse("2026-11-20T10:00:00Z"),
              Instant.parse("2026-11-20T22:00:00Z"),
              17),
          "0102ff");

  static final Outcomes OUTCOMES =
      new Outcomes(
          NODE, new ModelId("llama-3.1-8b-instruct"), 9, 2, 1, 4_000, 1_000, 700, 1_800, 6);

  private FullRecord() {}
}
