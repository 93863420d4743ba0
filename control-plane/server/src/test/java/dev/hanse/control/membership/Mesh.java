package dev.hanse.control.membership;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.AttestationSummary;
import dev.hanse.api.Capacity;
import dev.hanse.api.ClientKey;
import dev.hanse.api.DataPolicy;
import dev.hanse.api.Endpoint;
import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.MemberState;
import dev.hanse.api.ModelId;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.api.Price;
import dev.hanse.api.RegionId;
import dev.hanse.api.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Members, keys and control planes as the tests need them. */
public final class Mesh {
  public static final RegionId EU = new RegionId("eu-west");
  public static final RegionId US = new RegionId("us-east");
  public static final RegionId AP = new RegionId("ap-south");
  public static final Instant DAY = Instant.parse("2026-11-20T12:00:00Z");
  public static final Moment START = new Moment(Duration.ofSeconds(100), DAY);

  private Mesh() {}

  public static Moment at(long millis) {
    return START.plus(Duration.ofMillis(millis));
  }

  public static Membership membership(RegionId region) {
    return membership(region, MembershipTerms.DEFAULT, Remembered.NOTHING);
  }

  public static Membership membership(RegionId region, MembershipTerms terms, Remembered before) {
    return new Membership(
        new RegionProfile(region, region.value().substring(0, 2), new Endpoint("127.0.0.1", 7400)),
        terms,
        before,
        List.of(),
        Pricing.NONE,
        START);
  }

  public static NodeId node(String name) {
    return new NodeId("acme", name);
  }

  public static AttestationSummary attestation(Instant expiresAt) {
    return new AttestationSummary("simulated", AttestationLevel.SIMULATED, DAY, expiresAt);
  }

  public static ModelOffer offer(long price) {
    return new ModelOffer(
        new ModelId("llama-3.1-8b-instruct"),
        Set.of(Operation.CHAT),
        8192,
        "fp8",
        new Price(price, price / 2, price * 2));
  }

  public static Member member(RegionId region, String name, long incarnation) {
    return new Member(
        node(name),
        region,
        new Endpoint("127.0.0.1", 9000),
        "http://127.0.0.1:8080/" + name,
        Set.of(Role.PROVIDER, Role.EDGE),
        List.of(offer(100)),
        new Capacity(1000, 100, 100),
        "simulated (h100)",
        true,
        DataPolicy.NONE,
        attestation(DAY.plus(Duration.ofHours(1))),
        MemberState.READY,
        incarnation);
  }

  public static Load load(long sequence) {
    return new Load(sequence, sequence * 10, 1, 0, 100, 50);
  }

  public static Beat beat(String name, long incarnation, long sequence) {
    return new Beat(node(name), incarnation, load(sequence), MemberState.READY, List.of());
  }

  /** Attests the node and lets it say Hello. */
  public static Registration join(Membership mesh, Member member, Moment now) {
    mesh.attested(member.id(), member.attestation(), now);
    return mesh.hello(member, load(1), now);
  }

  public static ClientKey key(String id, long revision, boolean revoked) {
    return new ClientKey(
        id, "ab".repeat(32), "tenant", Set.of(), 0, 0, Optional.empty(), revoked, revision);
  }

  /** Carries whatever {@code from} has to say to {@code to}; returns the sequence then held. */
  public static long carry(Membership from, Membership to, long held, Moment now) {
    long sequence = held;
    while (true) {
      switch (from.updateAfter(sequence)) {
        case Step.Current<RegionUpdate, RegionUpdate>() -> {
          return sequence;
        }
        case Step.Next<RegionUpdate, RegionUpdate>(var update) -> {
          FoldOutcome outcome = to.fold(update, now);
          if (outcome instanceof FoldOutcome.Gap) {
            sequence = -1;
          } else {
            sequence = update.sequence();
          }
        }
        case Step.Whole<RegionUpdate, RegionUpdate>(var update) -> {
          to.fold(update, now);
          sequence = update.sequence();
        }
      }
    }
  }
}
