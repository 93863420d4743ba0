package dev.hanse.node.control;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.AttestationSummary;
import dev.hanse.api.Bid;
import dev.hanse.api.Capacity;
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
import dev.hanse.api.Price;
import dev.hanse.api.RegionId;
import dev.hanse.api.Role;
import dev.hanse.api.SignedBid;
import dev.hanse.api.Snapshot;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Records to send and receive. */
final class Samples {
  static final RegionId REGION = new RegionId("eu-west");
  static final NodeId NODE = NodeId.parse("acme.gpu-1");
  static final Load BUSY = new Load(99, 1_000, 2, 1, 300, 150);
  static final ModelOffer OFFER = offer(60_000);

  static final Member MEMBER =
      new Member(
          NODE,
          REGION,
          new Endpoint("127.0.0.1", 7443),
          "",
          Set.of(Role.PROVIDER),
          List.of(),
          Capacity.NONE,
          "simulated (h100)",
          true,
          DataPolicy.NONE,
          new AttestationSummary(
              "simulated",
              AttestationLevel.SIMULATED,
              Instant.parse("2026-11-20T10:00:00Z"),
              Instant.parse("2026-11-20T11:00:00Z")),
          MemberState.UNHEALTHY,
          42);

  private Samples() {}

  static ModelOffer offer(long inputMicrosPerMtok) {
    return new ModelOffer(
        new ModelId("llama-3.1-8b-instruct"),
        Set.of(Operation.CHAT),
        131_072,
        "fp8",
        new Price(inputMicrosPerMtok, 30_000, 120_000));
  }

  static SignedBid bid(long sequence) {
    Instant from = Instant.parse("2026-11-20T10:00:00Z");
    return new SignedBid(
        new Bid(
            NODE,
            OFFER.model(),
            OFFER.price(),
            OFFER.price(),
            from,
            from.plusSeconds(3_600),
            sequence),
        "0102");
  }

  static Snapshot snapshot(long epoch, long version) {
    return snapshot(epoch, version, new MemberView(MEMBER, Load.IDLE));
  }

  static Snapshot snapshot(long epoch, long version, MemberView... members) {
    return new Snapshot(epoch, version, REGION, List.of(members), List.of(), List.of());
  }

  /** {@link #MEMBER} became busy. */
  static Delta delta(long epoch, long base, long version) {
    return new Delta(
        epoch, base, version, List.of(), Map.of(NODE, BUSY), Set.of(), List.of(), List.of());
  }
}
