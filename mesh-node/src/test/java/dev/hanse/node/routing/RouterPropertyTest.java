package dev.hanse.node.routing;

import static dev.hanse.node.routing.SampleMesh.EU;
import static dev.hanse.node.routing.SampleMesh.NOW;
import static dev.hanse.node.routing.SampleMesh.US;
import static dev.hanse.node.routing.SampleMesh.node;
import static dev.hanse.node.routing.SampleMesh.request;
import static dev.hanse.node.routing.SampleMesh.router;
import static dev.hanse.node.routing.SampleMesh.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.Load;
import dev.hanse.api.Member;
import dev.hanse.api.MemberState;
import dev.hanse.api.ModelOffer;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.seeds.Seeds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;

final class RouterPropertyTest {
  private static final List<AttestationLevel> LEVELS =
      List.of(AttestationLevel.SIMULATED, AttestationLevel.TPM, AttestationLevel.TEE);
  private static final List<MemberState> STATES =
      List.of(MemberState.READY, MemberState.DRAINING, MemberState.UNHEALTHY);

  private static List<SampleMesh.Draft> members(Random random, int count) {
    List<SampleMesh.Draft> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      members.add(
          node("acme.gpu-" + i)
              .region(random.nextBoolean() ? EU : US)
              .price(random.nextInt(5) * 1_000_000L, random.nextInt(5) * 1_000_000L)
              .contextTokens(random.nextInt(4) == 0 ? 20 : 32_768)
              .operations(
                  random.nextInt(5) == 0 ? Set.of(Operation.EMBEDDING) : Set.of(Operation.CHAT))
              .level(LEVELS.get(random.nextInt(3)))
              .technology(random.nextBoolean() ? "sev-snp" : "simulated")
              .attestedUntil(NOW.plusSeconds(random.nextInt(5) == 0 ? -1 : 60))
              .workTokens(random.nextInt(6) == 0 ? 0 : 1_000 + random.nextInt(100_000))
              .state(random.nextInt(4) == 0 ? STATES.get(random.nextInt(3)) : MemberState.READY));
    }
    return members;
  }

  private static Constraints constraints(Random random) {
    Set<NodeId> nodes = new HashSet<>();
    if (random.nextInt(4) == 0) {
      for (int i = 0; i < 6; i++) {
        nodes.add(NodeId.parse("acme.gpu-" + random.nextInt(20)));
      }
    }
    return new Constraints(
        random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(random.nextInt(5_000_000)),
        random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(random.nextInt(5_000_000)),
        random.nextInt(3) == 0 ? Set.of(random.nextBoolean() ? EU : US) : Set.of(),
        random.nextInt(3) == 0 ? Optional.of(random.nextBoolean() ? "eu" : "us") : Optional.empty(),
        new AttestationDemand(
            random.nextInt(3) == 0 ? Optional.of(LEVELS.get(random.nextInt(3))) : Optional.empty(),
            random.nextInt(3) == 0
                ? Optional.of(Set.of(random.nextBoolean() ? "simulated" : "sev-snp"))
                : Optional.empty()),
        nodes);
  }

  /** The rules written down a second time, as an oracle. */
  private static boolean mayRun(Member member, PlacementRequest request) {
    Constraints limits = request.constraints();
    Optional<ModelOffer> offer = member.offerOf(request.model());
    if (offer.isEmpty()) {
      return false;
    }
    long input = offer.get().price().inputMicrosPerMtok();
    long output = offer.get().price().outputMicrosPerMtok();
    return offer.get().operations().contains(request.operation())
        && offer.get().contextTokens() > request.promptTokens()
        && input <= limits.maxInputMicrosPerMtok().orElse(Long.MAX_VALUE)
        && output <= limits.maxOutputMicrosPerMtok().orElse(Long.MAX_VALUE)
        && (limits.regions().isEmpty() || limits.regions().contains(member.region()))
        && limits
            .residency()
            .map(wanted -> wanted.equals(member.region().equals(EU) ? "eu" : "us"))
            .orElse(true)
        && limits
            .attestation()
            .technologies()
            .map(allowed -> allowed.contains(member.attestation().technology()))
            .orElse(true)
        && limits
            .attestation()
            .least()
            .map(least -> LEVELS.indexOf(member.attestation().level()) >= LEVELS.indexOf(least))
            .orElse(true)
        && (limits.nodes().isEmpty() || limits.nodes().contains(member.id()))
        && member.attestation().expiresAt().isAfter(NOW)
        && member.state() == MemberState.READY
        && member.capacity().workTokens() > 0;
  }

  @Seeds
  void noFilterIsEverRelaxedAndNoEligibleNodeIsOverlooked(long seed) {
    Random random = new Random(seed);
    List<SampleMesh.Draft> members = members(random, 1 + random.nextInt(12));
    Router router = router(snapshot(members));
    for (int i = 0; i < 40; i++) {
      PlacementRequest request =
          request("x".repeat(random.nextInt(160)) + random.nextInt(5), constraints(random));
      List<Member> eligible =
          members.stream()
              .map(SampleMesh.Draft::member)
              .filter(member -> mayRun(member, request))
              .toList();

      switch (router.route(request, Exclusions.NONE)) {
        case Route.Leased leased -> {
          assertThat(eligible).contains(leased.placed().node());
          assertThat(leased.placed().price())
              .isEqualTo(leased.placed().node().offerOf(request.model()).orElseThrow().price());
          if (random.nextInt(3) == 0) {
            leased.lease().started();
          }
          if (random.nextInt(3) > 0) {
            leased.lease().release();
          }
        }
        case Route.Refused refused ->
            assertThat(eligible.isEmpty()).isEqualTo(refused.reason() != Route.Reason.FULL);
      }
    }
  }

  @Seeds(tries = 100)
  void whatWasReservedIsGivenBackWhateverHappensInBetween(long seed) {
    Random random = new Random(seed);
    List<SampleMesh.Draft> members = members(random, 6);
    Router router = router(snapshot(members));
    List<Lease> out = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      switch (random.nextInt(5)) {
        case 0, 1 -> {
          if (router.route(request("p" + random.nextInt(50)), Exclusions.NONE)
              instanceof Route.Leased leased) {
            out.add(leased.lease());
          }
        }
        case 2 -> {
          if (!out.isEmpty()) {
            out.get(random.nextInt(out.size())).started();
          }
        }
        case 3 -> {
          if (!out.isEmpty()) {
            Lease lease = out.remove(random.nextInt(out.size()));
            assertThat(lease.release()).isTrue();
            assertThat(lease.release()).isFalse();
          }
        }
        default -> {
          members.forEach(member ->
              member
                  .state(random.nextInt(3) == 0 ? MemberState.DRAINING : MemberState.READY)
                  .load(new Load(random.nextInt(1000), random.nextInt(500), 0, 0, 0, 0)));
          router.update(snapshot(members));
        }
      }
    }

    out.forEach(Lease::release);

    for (SampleMesh.Draft member : members) {
      assertThat(router.reservedTokens(member.member().id())).isZero();
    }
  }
}
