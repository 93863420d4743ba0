package dev.hanse.control.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.hanse.api.NodeId;
import dev.hanse.api.Revocation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a deny list denies, and how two of them come to agree. */
class DenialsTest {
  private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
  private static final NodeId NODE = new NodeId("acme", "gpu-1");
  private static final NodeId OTHER = new NodeId("acme", "gpu-2");
  private static final NodeResult RESULT = result(NODE, "d1", "chip-1");

  private final Denials denials = new Denials(16, List.of(), List.of());
  private final List<NodeId> denied = new ArrayList<>();

  DenialsTest() {
    denials.onDenied(denied::add);
  }

  private static NodeResult result(NodeId node, String digest, String chip) {
    return new NodeResult(
        node,
        "sev-snp",
        "strict-1",
        "strict-1",
        digest,
        Map.of("chip-id", chip, "product", "Milan"),
        NOW.plus(Duration.ofHours(1)),
        NOW.plus(Duration.ofHours(1)),
        "token");
  }

  private Revocation revoke(Revocation.Kind kind, String value) {
    return denials.decide(kind, value, false, Optional.empty(), "test", NOW).orElseThrow();
  }

  @Test
  void deniesTheNodeTheResultTheTechnologyAndThePolicy() {
    for (Map.Entry<Revocation.Kind, String> one :
        Map.of(
                Revocation.Kind.NODE, "acme.gpu-1",
                Revocation.Kind.RESULT, "d1",
                Revocation.Kind.TECHNOLOGY, "sev-snp",
                Revocation.Kind.POLICY, "strict-1")
            .entrySet()) {
      Denials fresh = new Denials(16, List.of(), List.of(RESULT));
      List<NodeId> hit = new ArrayList<>();
      fresh.onDenied(hit::add);

      fresh.decide(one.getKey(), one.getValue(), false, Optional.empty(), "test", NOW);

      assertThat(hit).as("%s", one).containsExactly(NODE);
      assertThat(fresh.inForce().against(NODE, "sev-snp", "strict-1", "d1")).isPresent();
      assertThat(fresh.inForce().against(new NodeId("acme", "gpu-2"), "intel-tdx", "p", "d2"))
          .isEmpty();
    }
  }

  @Test
  void aFactBecomesARevocationOfEachResultItSpeaksAgainst() {
    denials.appraised(RESULT, NOW);
    denials.appraised(result(new NodeId("acme", "gpu-2"), "d2", "chip-2"), NOW);

    revoke(Revocation.Kind.FACT, "chip-id=chip-1");

    assertThat(denied).containsExactly(NODE);
    assertThat(denials.inForce().of(Revocation.Kind.RESULT, "d1"))
        .hasValueSatisfying(one -> assertThat(one.expiresAt()).contains(RESULT.expiresAt()));
    assertThat(denials.inForce().of(Revocation.Kind.RESULT, "d2")).isEmpty();

    revoke(Revocation.Kind.FACT, "product=Milan");
    assertThat(denied).hasSize(2);
  }

  @Test
  void aResultThatComesAfterItsFactWasRevokedIsDeniedAtOnce() {
    revoke(Revocation.Kind.FACT, "product=Milan");

    denials.appraised(RESULT, NOW);

    assertThat(denied).containsExactly(NODE);
  }

  @Test
  void aTechnologyOfAPartBecomesARevocationOfEachResultWithSuchAPart() {
    denials.appraised(withGpu(NODE, "d1"), NOW);
    denials.appraised(result(OTHER, "d2", "chip-2"), NOW);

    revoke(Revocation.Kind.TECHNOLOGY, "nvidia-gpu");

    assertThat(denied).containsExactly(NODE);
    assertThat(denials.inForce().of(Revocation.Kind.RESULT, "d1"))
        .hasValueSatisfying(one -> {
          assertThat(one.reason()).isEqualTo("nvidia-gpu");
          assertThat(one.expiresAt()).contains(NOW.plus(Duration.ofHours(1)));
        });
    assertThat(denials.inForce().of(Revocation.Kind.RESULT, "d2")).isEmpty();
    assertThat(denials.stands("d2")).isTrue();
  }

  @Test
  void aResultWithAPartThatComesAfterItsTechnologyWasRevokedIsDeniedAtOnce() {
    revoke(Revocation.Kind.TECHNOLOGY, "nvidia-gpu");

    denials.appraised(withGpu(NODE, "d1"), NOW);

    assertThat(denied).containsExactly(NODE);
    assertThat(denials.stands("d1")).isFalse();
  }

  @Test
  void anotherRegionsRevocationOfAPartsTechnologyCountsToo() {
    denials.appraised(withGpu(NODE, "d1"), NOW);

    denials.merge(
        List.of(
            new Revocation(
                Revocation.Kind.TECHNOLOGY, "nvidia-gpu", false, 1, NOW, Optional.empty(), "us")),
        NOW);

    assertThat(denied).containsExactly(NODE);
  }

  /** Facts have names of their own, and one may end alike. */
  @Test
  void aFactThatIsNoTechnologyIsNotTakenForOne() {
    denials.appraised(
        new NodeResult(
            NODE,
            "sev-snp",
            "strict-1",
            "strict-1",
            "d1",
            Map.of("gpu-0/driver", "nvidia-gpu", "technology", "nvidia-gpu"),
            NOW.plus(Duration.ofHours(1)),
            NOW.plus(Duration.ofHours(1)),
            "token"),
        NOW);

    revoke(Revocation.Kind.TECHNOLOGY, "nvidia-gpu");

    assertThat(denied).isEmpty();
  }

  private static NodeResult withGpu(NodeId node, String digest) {
    return new NodeResult(
        node,
        "sev-snp",
        "strict-1",
        "strict-1",
        digest,
        Map.of("chip-id", "chip-1", "gpu-0/driver", "570", "gpu-0/technology", "nvidia-gpu"),
        NOW.plus(Duration.ofHours(1)),
        NOW.plus(Duration.ofHours(1)),
        "token");
  }

  @Test
  void liftingGivesTrustBackAndRevokingAgainTakesIt() {
    revoke(Revocation.Kind.NODE, "acme.gpu-1");

    denials.decide(Revocation.Kind.NODE, "acme.gpu-1", true, Optional.empty(), "test", NOW);
    assertThat(denials.inForce().size()).isZero();
    assertThat(revoke(Revocation.Kind.NODE, "acme.gpu-1").revision()).isEqualTo(3);
    assertThat(denials.inForce().size()).isEqualTo(1);
  }

  @Test
  void decidingTwiceChangesNothing() {
    Revocation first = revoke(Revocation.Kind.NODE, "acme.gpu-1");
    long revision = denials.revision();

    assertThat(revoke(Revocation.Kind.NODE, "acme.gpu-1")).isEqualTo(first);
    assertThat(denials.revision()).isEqualTo(revision);
  }

  @Test
  void twoListsAgreeWhateverTheOrderTheyHearOf() {
    Revocation revoked = revoke(Revocation.Kind.NODE, "acme.gpu-1");
    Revocation lifted =
        denials
            .decide(Revocation.Kind.NODE, "acme.gpu-1", true, Optional.empty(), "test", NOW)
            .orElseThrow();
    Denials other = new Denials(16, List.of(), List.of());

    other.merge(List.of(lifted), NOW);
    other.merge(List.of(revoked), NOW);

    assertThat(other.all()).isEqualTo(denials.all());
    Denials tie = new Denials(16, List.of(), List.of());
    tie.merge(
        List.of(
            new Revocation(
                Revocation.Kind.NODE, "acme.gpu-1", true, 1, NOW, Optional.empty(), "test")),
        NOW);
    tie.merge(List.of(revoked), NOW);
    assertThat(tie.inForce().size()).describedAs("of equal revisions revoking wins").isEqualTo(1);
  }

  @Test
  void whatHasEndedIsDropped() {
    denials.decide(
        Revocation.Kind.RESULT, "d1", false, Optional.of(NOW.plusSeconds(10)), "test", NOW);

    denials.tick(NOW.plusSeconds(9));
    assertThat(denials.inForce().size()).isEqualTo(1);
    denials.tick(NOW.plusSeconds(10));
    assertThat(denials.inForce().size()).isZero();
    assertThat(denials.all()).isEmpty();
  }

  @Test
  void withdrawsResultsOfAnotherPolicy() {
    denials.appraised(RESULT, NOW);

    denials.withdraw(Map.of("d1", "strict-2: debug", "unknown", "strict-2: debug"), NOW);

    assertThat(denied).containsExactly(NODE);
    assertThat(denials.results()).isEmpty();
    assertThat(denials.inForce().of(Revocation.Kind.RESULT, "unknown")).isEmpty();
  }

  @Test
  void manyAreWithdrawnInOneVersionOfTheList() {
    denials.appraised(RESULT, NOW);
    denials.appraised(result(OTHER, "d2", "chip-2"), NOW);
    long before = denials.revision();

    denials.withdraw(Map.of("d1", "a: debug", "d2", "a: debug"), NOW);

    assertThat(denials.revision()).isEqualTo(before + 1);
    assertThat(denied).containsExactlyInAnyOrder(NODE, OTHER);
  }

  @Test
  void theResultBeforeARenewalGoesWithoutTheNode() {
    denials.appraised(RESULT, NOW);
    denials.appraised(result(NODE, "d2", "chip-1"), NOW);

    denials.withdraw(Map.of("d1", "a: debug"), NOW);

    assertThat(denials.inForce().of(Revocation.Kind.RESULT, "d1")).isPresent();
    assertThat(denied).isEmpty();
    assertThat(denials.newestOf(NODE)).map(NodeResult::evidenceDigest).contains("d2");
  }

  @Test
  void aNodeGoesWithTheResultAfterItsRenewal() {
    denials.appraised(RESULT, NOW);
    denials.appraised(result(NODE, "d2", "chip-1"), NOW);

    denials.withdraw(Map.of("d2", "a: debug"), NOW);

    assertThat(denied).containsExactly(NODE);
    assertThat(denials.stands("d1")).isTrue();
  }

  @Test
  void ofANodesResultsTheLastTwoStand() {
    denials.appraised(RESULT, NOW);
    denials.appraised(result(NODE, "d2", "chip-1"), NOW);
    denials.appraised(result(NODE, "d3", "chip-1"), NOW);

    assertThat(denials.results())
        .extracting(NodeResult::evidenceDigest)
        .containsExactly("d2", "d3");
  }

  @Test
  void aPolicyThatIsRevokedEndsWhatWasIssuedUnderItWhoeverJudgedItSince() {
    denials.appraised(judgedBy("strict-2", RESULT.expiresAt()), NOW);

    revoke(Revocation.Kind.POLICY, "strict-1");

    assertThat(denied).containsExactly(NODE);
    assertThat(denials.inForce().against(NODE, "sev-snp", "strict-1", "d1")).isPresent();
  }

  @Test
  void aPolicyThatIsRevokedEndsWhatItJudgedThoughTheCertificateNamesAnother() {
    denials.appraised(judgedBy("strict-2", RESULT.expiresAt()), NOW);

    revoke(Revocation.Kind.POLICY, "strict-2");

    assertThat(denied).containsExactly(NODE);
    assertThat(denials.inForce().against(NODE, "sev-snp", "strict-1", "d1")).isPresent();
  }

  @Test
  void aResultThatEndsBeforeItsCertificateIsRevokedUntilThatEnds() {
    denials.appraised(judgedBy("strict-2", NOW.plusSeconds(10)), NOW);

    denials.tick(NOW.plusSeconds(9));
    assertThat(denied).isEmpty();
    denials.tick(NOW.plusSeconds(10));

    assertThat(denied).containsExactly(NODE);
    assertThat(denials.inForce().of(Revocation.Kind.RESULT, "d1"))
        .hasValueSatisfying(one -> assertThat(one.expiresAt()).contains(RESULT.certifiedUntil()));
  }

  @Test
  void aResultIsForgottenWithItsCertificateAndNothingIsSaidOfIt() {
    denials.appraised(RESULT, NOW);

    denials.tick(RESULT.certifiedUntil());

    assertThat(denials.results()).isEmpty();
    assertThat(denials.all()).isEmpty();
    assertThat(denied).isEmpty();
  }

  @Test
  void aCertificateThatNobodyHereJudgedCountsByThePolicyInForceOnly() {
    denials.judgeBy("strict-1");
    denials.shown(RESULT, NOW);
    assertThat(denials.stands("d1")).isTrue();

    denials.judgeBy("strict-2");
    denials.shown(RESULT, NOW);
    assertThat(denials.stands("d1")).describedAs("it is known here, and its turn comes").isTrue();
    denials.shown(result(OTHER, "d2", "chip-2"), NOW);
    assertThat(denied).containsExactly(OTHER);
    assertThat(denials.inForce().of(Revocation.Kind.RESULT, "d2")).isPresent();
  }

  private static NodeResult judgedBy(String policy, Instant expiresAt) {
    return new NodeResult(
        NODE,
        "sev-snp",
        policy,
        RESULT.issuedUnder(),
        "d1",
        RESULT.facts(),
        expiresAt,
        RESULT.certifiedUntil(),
        "token");
  }

  @Test
  void refusesWhatNamesNothing() {
    for (Map.Entry<Revocation.Kind, String> bad :
        List.of(
            Map.entry(Revocation.Kind.NODE, "no node"),
            Map.entry(Revocation.Kind.FACT, "chip-id"),
            Map.entry(Revocation.Kind.FACT, "=x"),
            Map.entry(Revocation.Kind.RESULT, " "),
            Map.entry(Revocation.Kind.RESULT, "x".repeat(257)),
            Map.entry(Revocation.Kind.RESULT, "a\nb"))) {
      assertThatIllegalArgumentException().isThrownBy(() -> revoke(bad.getKey(), bad.getValue()));
    }
  }
}
