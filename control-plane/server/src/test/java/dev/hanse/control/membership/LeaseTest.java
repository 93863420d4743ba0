package dev.hanse.control.membership;

import static dev.hanse.control.membership.Mesh.DAY;
import static dev.hanse.control.membership.Mesh.EU;
import static dev.hanse.control.membership.Mesh.US;
import static dev.hanse.control.membership.Mesh.at;
import static dev.hanse.control.membership.Mesh.attestation;
import static dev.hanse.control.membership.Mesh.beat;
import static dev.hanse.control.membership.Mesh.join;
import static dev.hanse.control.membership.Mesh.load;
import static dev.hanse.control.membership.Mesh.member;
import static dev.hanse.control.membership.Mesh.membership;
import static dev.hanse.control.membership.Mesh.node;
import static dev.hanse.control.membership.Mesh.offer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.Endpoint;
import dev.hanse.api.Member;
import dev.hanse.api.MemberState;
import dev.hanse.api.NodeId;
import dev.hanse.api.Role;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LeaseTest {
  private final Membership mesh = membership(EU);

  private MemberState stateOf(String name) {
    return mesh.find(node(name)).orElseThrow().member().state();
  }

  private void tickUntil(long fromMillis, long toMillis) {
    for (long millis = fromMillis; millis <= toMillis; millis += 100) {
      mesh.tick(at(millis));
    }
  }

  private static void assertRefused(Registration answer, String code) {
    assertThat(answer)
        .isInstanceOfSatisfying(
            Registration.Refused.class, refused -> assertThat(refused.code()).isEqualTo(code));
  }

  @Test
  void grantsALeaseToAnAttestedNode() {
    Registration answer = join(mesh, member(EU, "gpu-1", 7), at(0));

    assertThat(answer).isEqualTo(new Registration.Granted(false));
    assertThat(mesh.find(node("gpu-1"))).isPresent();
    assertThat(mesh.leaseRemaining(node("gpu-1"), at(1000))).contains(Duration.ofSeconds(2));
  }

  @Test
  void refusesANodeItNeverAppraised() {
    assertRefused(mesh.hello(member(EU, "gpu-1", 7), load(1), at(0)), "attestation-unknown");
    assertThat(mesh.size()).isZero();
  }

  @Test
  void believesItsOwnAppraisalOverTheNodesClaim() {
    Member boasts = member(EU, "gpu-1", 7);
    mesh.attested(boasts.id(), attestation(DAY.plusSeconds(60)), at(0));

    mesh.hello(boasts, load(1), at(0));

    assertThat(mesh.find(boasts.id()).orElseThrow().member().attestation().expiresAt())
        .isEqualTo(DAY.plusSeconds(60));
  }

  @Test
  void knowsByItsCertificateANodeItsLedgerLost() {
    mesh.stamped(stamp("d1"), attestation(DAY.plusSeconds(60)), at(0));

    assertThat(mesh.hello(member(EU, "gpu-1", 7), load(1), at(0)))
        .isEqualTo(new Registration.Granted(false));
  }

  @Test
  void keepsTheLaterAppraisalOfTwo() {
    mesh.attested(node("gpu-1"), attestation(DAY.plusSeconds(60)), at(0));
    mesh.stamped(stamp("d1"), attestation(DAY.plusSeconds(30)), at(0));
    mesh.hello(member(EU, "gpu-1", 7), load(1), at(0));

    assertThat(mesh.find(node("gpu-1")).orElseThrow().member().attestation().expiresAt())
        .isEqualTo(DAY.plusSeconds(60));
  }

  @Test
  void aCertificateDoesNotLengthenWhatAnotherPolicyHasShortened() {
    mesh.attested(node("gpu-1"), attestation(DAY.plusSeconds(30)), at(0));
    mesh.stamped(stamp("d1"), attestation(DAY.plusSeconds(60)), at(0));
    mesh.hello(member(EU, "gpu-1", 7), load(1), at(0));

    assertThat(mesh.find(node("gpu-1")).orElseThrow().member().attestation().expiresAt())
        .isEqualTo(DAY.plusSeconds(30));
  }

  private static NodeResult stamp(String digest) {
    return new NodeResult(
        node("gpu-1"),
        "simulated",
        "built-in-1",
        "built-in-1",
        digest,
        Map.of(),
        DAY.plusSeconds(60),
        DAY.plusSeconds(60),
        "");
  }

  @Test
  void refusesAnExpiredAppraisal() {
    mesh.attested(node("gpu-1"), attestation(DAY.plusSeconds(1)), at(0));

    assertRefused(mesh.hello(member(EU, "gpu-1", 7), load(1), at(1000)), "attestation-expired");
  }

  @Test
  void refusesANodeOfAnotherRegion() {
    assertRefused(join(mesh, member(US, "gpu-1", 7), at(0)), "hello-invalid");
  }

  @Test
  void refusesAProviderWithoutAnAddress() {
    Member said = member(EU, "gpu-1", 7);
    Member hidden =
        new Member(
            said.id(),
            EU,
            Endpoint.NONE,
            "",
            Set.of(Role.PROVIDER),
            said.offers(),
            said.capacity(),
            said.engine(),
            true,
            said.dataPolicy(),
            said.attestation(),
            MemberState.READY,
            7);

    assertRefused(join(mesh, hidden, at(0)), "hello-invalid");
  }

  @Test
  void refusesMoreMembersThanItsBound() {
    MembershipTerms small =
        new MembershipTerms(
            Duration.ofMillis(500),
            Duration.ofSeconds(3),
            Duration.ofSeconds(3),
            Duration.ofMinutes(10),
            1,
            10,
            2,
            4);
    Membership full = membership(EU, small, Remembered.NOTHING);
    join(full, member(EU, "gpu-1", 7), at(0));

    assertThat(full.attested(node("gpu-2"), attestation(DAY.plusSeconds(60)), at(0))).isFalse();
    assertRefused(full.hello(member(EU, "gpu-2", 8), load(1), at(0)), "attestation-unknown");
  }

  /** Those of other regions count, too: the bound is what a reader of one snapshot accepts. */
  @Test
  void refusesAHelloWhereOtherRegionsFillTheMesh() {
    MembershipTerms small =
        new MembershipTerms(
            Duration.ofMillis(500),
            Duration.ofSeconds(3),
            Duration.ofSeconds(3),
            Duration.ofMinutes(10),
            1,
            10,
            2,
            4);
    Membership full = membership(EU, small, Remembered.NOTHING);
    Membership others = membership(US);
    join(others, member(US, "gpu-9", 1), at(0));
    others.tick(at(600));
    Mesh.carry(others, full, -1, at(600));

    assertRefused(join(full, member(EU, "gpu-1", 7), at(700)), "mesh-full");
  }

  @Test
  void expiresANodeThatWasSilentForALease() {
    join(mesh, member(EU, "gpu-1", 7), at(0));

    tickUntil(100, 2900);
    assertThat(mesh.find(node("gpu-1"))).isPresent();
    tickUntil(3000, 3000);

    assertThat(mesh.find(node("gpu-1"))).isEmpty();
    assertThat(mesh.beat(beat("gpu-1", 7, 2), at(3100))).isEqualTo(BeatOutcome.NO_LEASE);
  }

  @Test
  void letsAnExpiredProcessSayHelloAgain() {
    join(mesh, member(EU, "gpu-1", 7), at(0));
    tickUntil(100, 3000);

    assertThat(mesh.hello(member(EU, "gpu-1", 7), load(9), at(3100)))
        .isEqualTo(new Registration.Granted(false));
  }

  @Test
  void keepsANodeThatBeats() {
    join(mesh, member(EU, "gpu-1", 7), at(0));
    for (long millis = 500; millis <= 20_000; millis += 500) {
      assertThat(mesh.beat(beat("gpu-1", 7, 1 + millis / 500), at(millis)))
          .isEqualTo(BeatOutcome.RENEWED);
      mesh.tick(at(millis));
    }

    assertThat(mesh.find(node("gpu-1")).orElseThrow().load()).isEqualTo(load(41));
  }

  @Test
  void doesNotRenewTheLeaseForARepeatedBeat() {
    join(mesh, member(EU, "gpu-1", 7), at(0));
    mesh.beat(beat("gpu-1", 7, 5), at(100));
    tickUntil(200, 1900);

    assertThat(mesh.beat(beat("gpu-1", 7, 5), at(2000))).isEqualTo(BeatOutcome.LATE);
    assertThat(mesh.beat(beat("gpu-1", 7, 4), at(2000))).isEqualTo(BeatOutcome.LATE);
    tickUntil(2100, 3100);

    assertThat(mesh.find(node("gpu-1"))).isEmpty();
  }

  @Test
  void givesTheLeaseToTheNewerProcessForGood() {
    join(mesh, member(EU, "gpu-1", 7), at(0));
    mesh.hello(member(EU, "gpu-1", 8), load(1), at(100));

    assertThat(mesh.beat(beat("gpu-1", 7, 9), at(200))).isEqualTo(BeatOutcome.SUPERSEDED);
    assertRefused(mesh.hello(member(EU, "gpu-1", 7), load(10), at(300)), "incarnation-ended");
    assertThat(mesh.holds(node("gpu-1"), 8)).isTrue();
  }

  @Test
  void doesNotLetALateHelloUndoAGoodbye() {
    join(mesh, member(EU, "gpu-1", 7), at(0));

    assertThat(mesh.goodbye(node("gpu-1"), 7, at(100))).isTrue();

    assertRefused(mesh.hello(member(EU, "gpu-1", 7), load(2), at(200)), "incarnation-ended");
    assertThat(mesh.beat(beat("gpu-1", 7, 3), at(300))).isEqualTo(BeatOutcome.NO_LEASE);
    assertThat(mesh.size()).isZero();
  }

  @Test
  void ignoresTheGoodbyeOfAReplacedProcess() {
    join(mesh, member(EU, "gpu-1", 7), at(0));
    mesh.hello(member(EU, "gpu-1", 8), load(1), at(100));

    assertThat(mesh.goodbye(node("gpu-1"), 7, at(200))).isFalse();
    assertThat(mesh.find(node("gpu-1"))).isPresent();
  }

  @Test
  void takesAMemberOutOfServiceWhenItsAttestationExpires() {
    mesh.attested(node("gpu-1"), attestation(DAY.plusSeconds(1)), at(0));
    mesh.hello(member(EU, "gpu-1", 7), load(1), at(0));
    assertThat(stateOf("gpu-1")).isEqualTo(MemberState.READY);

    tickUntil(100, 1000);

    assertThat(stateOf("gpu-1")).isEqualTo(MemberState.UNHEALTHY);
    mesh.beat(beat("gpu-1", 7, 2), at(1100));
    assertThat(stateOf("gpu-1")).isEqualTo(MemberState.UNHEALTHY);
  }

  @Test
  void takesItBackWhenItsEvidenceWasRenewed() {
    mesh.attested(node("gpu-1"), attestation(DAY.plusSeconds(1)), at(0));
    mesh.hello(member(EU, "gpu-1", 7), load(1), at(0));
    tickUntil(100, 1100);

    mesh.attested(node("gpu-1"), attestation(DAY.plusSeconds(3600)), at(1200));

    assertThat(stateOf("gpu-1")).isEqualTo(MemberState.READY);
  }

  @Test
  void drainsUntilToldOtherwiseEvenAcrossARestartOfTheNode() {
    join(mesh, member(EU, "gpu-1", 7), at(0));

    assertThat(mesh.drain(node("gpu-1"), true, at(100)))
        .isEqualTo(new DrainOutcome.Commanded(true));
    assertThat(stateOf("gpu-1")).isEqualTo(MemberState.DRAINING);
    assertThat(mesh.hello(member(EU, "gpu-1", 8), load(1), at(200)))
        .isEqualTo(new Registration.Granted(true));
    assertThat(stateOf("gpu-1")).isEqualTo(MemberState.DRAINING);

    mesh.drain(node("gpu-1"), false, at(300));
    assertThat(stateOf("gpu-1")).isEqualTo(MemberState.READY);
  }

  @Test
  void doesNotDrainANodeNobodyKnows() {
    assertThat(mesh.drain(new NodeId("acme", "ghost"), true, at(0)))
        .isEqualTo(new DrainOutcome.Unknown());
  }

  @Test
  void foldsANewBid() {
    join(mesh, member(EU, "gpu-1", 7), at(0));

    mesh.beat(new Beat(node("gpu-1"), 7, load(2), MemberState.READY, List.of(offer(42))), at(100));

    assertThat(mesh.find(node("gpu-1")).orElseThrow().member().offers()).containsExactly(offer(42));
  }

  @Test
  void expiresNobodyForAPauseOfItsOwn() {
    join(mesh, member(EU, "gpu-1", 7), at(0));
    tickUntil(100, 500);

    mesh.tick(at(60_000));

    assertThat(mesh.find(node("gpu-1"))).isPresent();
    tickUntil(60_100, 62_400);
    assertThat(mesh.find(node("gpu-1"))).isPresent();
    tickUntil(62_500, 62_600);
    assertThat(mesh.find(node("gpu-1"))).isEmpty();
  }

  @Test
  void expiresNobodyWhenTheWallClockIsSetForward() {
    join(mesh, member(EU, "gpu-1", 7), at(0));

    mesh.tick(new Moment(at(100).uptime(), DAY.plusSeconds(300)));

    assertThat(mesh.find(node("gpu-1"))).isPresent();
  }
}
