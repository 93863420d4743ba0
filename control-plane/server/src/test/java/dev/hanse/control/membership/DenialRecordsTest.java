package dev.hanse.control.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.NodeId;
import dev.hanse.api.Revocation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which record about one thing counts, how many are kept, and how changes are counted. */
class DenialRecordsTest {
  private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
  private static final Instant LATER = NOW.plus(Duration.ofMinutes(5));
  private static final NodeId NODE = new NodeId("acme", "gpu-1");
  private static final NodeId OTHER = new NodeId("acme", "gpu-2");

  private final Denials denials = new Denials(1, List.of(), List.of());

  @Test
  void ofTwoRecordsOfOneRevisionRevokingTheLongerAndTheLaterCounts() {
    Revocation lifted = record(true, NOW, Optional.empty());
    Revocation shortly = record(false, NOW, Optional.of(LATER));
    Revocation forGood = record(false, NOW, Optional.empty());
    Revocation decidedLater = record(false, NOW.plusSeconds(1), Optional.empty());
    List<Revocation> rising = List.of(lifted, shortly, forGood, decidedLater);

    for (int at = 1; at < rising.size(); at++) {
      Revocation weaker = rising.get(at - 1);
      Revocation stronger = rising.get(at);
      for (List<Revocation> order : List.of(List.of(weaker, stronger), List.of(stronger, weaker))) {
        Denials heard = new Denials(1, List.of(), List.of());
        order.forEach(one -> heard.merge(List.of(one), NOW));

        assertThat(heard.all()).containsExactly(stronger);
      }
    }
  }

  @Test
  void whatIsHeardAgainIsNoNews() {
    Revocation one = record(false, NOW, Optional.empty());

    assertThat(denials.merge(List.of(one), NOW)).isTrue();
    long revision = denials.revision();

    assertThat(denials.merge(List.of(one), NOW)).isFalse();
    assertThat(denials.revision()).isEqualTo(revision);
  }

  @Test
  void whatHasEndedIsNotHeard() {
    assertThat(denials.merge(List.of(record(false, NOW, Optional.of(LATER))), LATER)).isFalse();
    assertThat(denials.all()).isEmpty();
  }

  @Test
  void revokingAgainWhatHasEndedCounts() {
    decide("r", false, Optional.of(LATER), NOW);

    Revocation again = decide("r", false, Optional.empty(), LATER).orElseThrow();

    assertThat(again.revision()).isEqualTo(2);
    assertThat(again.isInForceAt(LATER)).isTrue();
  }

  @Test
  void aFullListStillTakesNewsOfWhatItKnows() {
    Denials full = full(Optional.empty());

    assertThat(decide(full, "digest-0", true, Optional.empty(), NOW)).isPresent();
    assertThat(decide(full, "another", false, Optional.empty(), NOW)).isEmpty();
  }

  @Test
  void whereTheListIsFullNodesEndAllTheSame() {
    Denials full = full(Optional.empty());
    List<NodeId> denied = new ArrayList<>();
    full.onDenied(denied::add);
    full.appraised(result(NODE, "d1"), NOW);

    assertThat(full.withdraw(Map.of("d1", "a: debug"), NOW)).isFalse();

    assertThat(denied).containsExactly(NODE);
    assertThat(full.all()).hasSize(Denials.MOST);
  }

  @Test
  void whatHasEndedMakesRoom() {
    Denials full = full(Optional.of(LATER));

    assertThat(decide(full, "another", false, Optional.empty(), LATER)).isPresent();
    assertThat(full.all()).hasSize(1);
  }

  @Test
  void aResultThatWasRevokedForGoodIsNotRevokedForLess() {
    decide("d1", false, Optional.empty(), NOW);
    denials.decide(Revocation.Kind.FACT, "chip-id=chip-1", false, Optional.empty(), "", NOW);

    denials.appraised(result(NODE, "d1"), NOW);

    assertThat(denials.inForce().of(Revocation.Kind.RESULT, "d1"))
        .hasValueSatisfying(one -> assertThat(one.expiresAt()).isEmpty());
  }

  @Test
  void aFactThatIsRevokedOverrulesThatItsResultWasGivenBack() {
    decide("d1", false, Optional.empty(), NOW);
    decide("d1", true, Optional.empty(), NOW);
    denials.appraised(result(NODE, "d1"), NOW);
    assertThat(denials.stands("d1")).isTrue();

    denials.decide(Revocation.Kind.FACT, "chip-id=chip-1", false, Optional.empty(), "", NOW);

    assertThat(denials.inForce().of(Revocation.Kind.RESULT, "d1"))
        .hasValueSatisfying(one -> assertThat(one.revision()).isEqualTo(3));
    assertThat(denials.stands("d1")).isFalse();
  }

  @Test
  void resultsAreKeptOfSoManyNodesUntilOneHasNone() {
    denials.appraised(result(NODE, "d1"), NOW);
    denials.appraised(result(OTHER, "d2"), NOW);
    denials.appraised(result(NODE, "d3"), NOW);
    assertThat(denials.results())
        .extracting(NodeResult::evidenceDigest)
        .containsExactly("d1", "d3");

    denials.withdraw(Map.of("d1", "", "d3", ""), NOW);
    denials.appraised(result(OTHER, "d2"), NOW);

    assertThat(denials.stands("d2")).isTrue();
    assertThat(denials.newestOf(OTHER)).isPresent();
    assertThat(denials.newestOf(NODE)).isEmpty();
  }

  @Test
  void ofANodesTwoResultsTheLaterIsItsNewest() {
    denials.appraised(result(NODE, "d1"), NOW);
    denials.appraised(result(NODE, "d3"), NOW);

    assertThat(denials.newestOf(NODE).map(NodeResult::evidenceDigest)).contains("d3");
  }

  @Test
  void beforeAPolicyIsInForceACertificateOfAnyCounts() {
    denials.shown(result(NODE, "d1"), NOW);

    assertThat(denials.stands("d1")).isTrue();
  }

  /** For as long as a region may have been away that did not hear of it. */
  @Test
  void whatWasLiftedIsRememberedForSevenDays() {
    decide("d1", false, Optional.empty(), NOW);
    decide("d1", true, Optional.empty(), NOW);

    denials.tick(NOW.plus(Duration.ofDays(7)));
    assertThat(denials.all()).hasSize(1);

    denials.tick(NOW.plus(Duration.ofDays(7)).plusSeconds(1));
    assertThat(denials.all()).isEmpty();
  }

  @Test
  void changesOfResultsAndOfTheListAreCountedApart() {
    denials.appraised(result(NODE, "d1"), NOW);
    assertThat(denials.resultsRevision()).isEqualTo(1);
    assertThat(denials.revision()).isZero();

    denials.appraised(result(OTHER, "d2"), NOW);
    assertThat(denials.resultsRevision()).describedAs("there was no room for it").isEqualTo(1);

    decide("unknown", false, Optional.empty(), NOW);
    assertThat(denials.resultsRevision()).isEqualTo(1);
    assertThat(denials.revision()).isEqualTo(1);

    denials.withdraw(Map.of("d1", "a: debug"), NOW);
    assertThat(denials.resultsRevision()).isEqualTo(2);
    assertThat(denials.revision()).isEqualTo(2);
  }

  private Optional<Revocation> decide(
      String digest, boolean lifted, Optional<Instant> expiresAt, Instant now) {
    return decide(denials, digest, lifted, expiresAt, now);
  }

  private static Optional<Revocation> decide(
      Denials denials, String digest, boolean lifted, Optional<Instant> expiresAt, Instant now) {
    return denials.decide(Revocation.Kind.RESULT, digest, lifted, expiresAt, "test", now);
  }

  private static Denials full(Optional<Instant> expiresAt) {
    return new Denials(
        1,
        IntStream.range(0, Denials.MOST)
            .mapToObj(at ->
                new Revocation(
                    Revocation.Kind.RESULT, "digest-" + at, false, 1, NOW, expiresAt, ""))
            .toList(),
        List.of());
  }

  private static Revocation record(boolean lifted, Instant at, Optional<Instant> expiresAt) {
    return new Revocation(Revocation.Kind.RESULT, "d1", lifted, 1, at, expiresAt, "test");
  }

  private static NodeResult result(NodeId node, String digest) {
    return new NodeResult(
        node,
        "sev-snp",
        "strict-1",
        "strict-1",
        digest,
        Map.of("chip-id", "chip-1"),
        NOW.plus(Duration.ofHours(1)),
        NOW.plus(Duration.ofHours(1)),
        "");
  }
}
