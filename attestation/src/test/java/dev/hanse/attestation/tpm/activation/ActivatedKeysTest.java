package dev.hanse.attestation.tpm.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.tpm.KnownKey;
import dev.hanse.attestation.tpm.TpmForge;
import dev.hanse.attestation.tpm.TpmPublic;
import dev.hanse.attestation.x509.RevocationForge;
import dev.hanse.attestation.x509.Scheme;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ActivatedKeysTest {
  private static final Instant NOW = EndorsementForge.NOW;
  private static final Instant WEEK = NOW.plus(Duration.ofDays(7));
  private static final Bytes ENDORSEMENT = TpmForge.endorsement(EndorsementForge.EK);
  private static final Bytes LEAF = EndorsementForge.leaf(EndorsementForge.EK);

  private final ActivatedKeys keys = new ActivatedKeys(Duration.ofDays(30), 2);
  private final AtomicInteger looks = new AtomicInteger();
  private CollateralStore inForce = lists(ofCa().number(3), ofRoot());
  private final EndorsementTrust listed =
      new EndorsementTrust(
          List.of(EndorsementForge.ROOT),
          List.of(EndorsementForge.CA),
          Set.of(),
          Optional.of(() -> inForce),
          new RollbackFloors());

  @Test
  void aKeyIsForgottenAfterItsLife() throws Exception {
    ActivatedKeys minute = new ActivatedKeys(Duration.ofMinutes(1), 2);
    ActivatedKey one = activated(1, pinned());
    minute.admit(one, NOW);

    assertThat(minute.find(one.name(), NOW.plusSeconds(59))).contains(one.known());
    assertThat(minute.find(one.name(), NOW.plusSeconds(60))).isEmpty();
  }

  @Test
  void aKeyThatIsActivatedAgainLivesFromThen() throws Exception {
    ActivatedKeys minute = new ActivatedKeys(Duration.ofMinutes(1), 1);
    ActivatedKey one = activated(1, pinned());
    minute.admit(one, NOW);

    assertThat(minute.admit(one, NOW.plusSeconds(30))).isTrue();

    assertThat(minute.find(one.name(), NOW.plusSeconds(89))).isPresent();
  }

  @Test
  void noMoreKeysAreTakenThanThereIsRoomForUntilOneHasEnded() throws Exception {
    ActivatedKeys minute = new ActivatedKeys(Duration.ofMinutes(1), 2);
    ActivatedKey third = activated(3, pinned());
    minute.admit(activated(1, pinned()), NOW);
    minute.admit(activated(2, pinned()), NOW.plusSeconds(30));

    assertThat(minute.admit(third, NOW.plusSeconds(59))).isFalse();
    assertThat(minute.find(third.name(), NOW)).isEmpty();
    assertThat(minute.admit(third, NOW.plusSeconds(60))).isTrue();
  }

  @Test
  void lifeAndRoomAreAboveZero() {
    assertThatThrownBy(() -> new ActivatedKeys(Duration.ZERO, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ActivatedKeys(Duration.ofSeconds(1), 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aKeyIsNotFoundOnceANewListRevokesItsTpm() throws Exception {
    ActivatedKey one = admitted(1);
    assertThat(keys.find(one.name(), NOW)).contains(one.known());

    inForce = lists(ofCa().number(4).revoke(2), ofRoot());

    refused(one, NOW, Reason.CERT_REVOKED);
    refused(one, NOW, Reason.CERT_REVOKED);
  }

  @Test
  void aKeyIsNotFoundOnceAnIntermediateIsRevoked() throws Exception {
    ActivatedKey one = admitted(1);

    inForce = lists(ofCa().number(3), ofRoot().revoke(2));

    refused(one, NOW, Reason.CERT_REVOKED);
  }

  @Test
  void aKeyIsNotFoundOnceAListIsGoneOrExpired() throws Exception {
    ActivatedKey one = admitted(1);

    inForce = CollateralStore.EMPTY;
    refused(one, NOW, Reason.CRL_MISSING);
    inForce = lists(ofCa().number(4).current(NOW.minusSeconds(9), NOW.minusSeconds(1)), ofRoot());
    refused(one, NOW, Reason.CRL_EXPIRED);
  }

  @Test
  void aKeyIsNotFoundOnceAnOlderListIsBroughtBack() throws Exception {
    ActivatedKey one = admitted(1);

    inForce = lists(ofCa().number(2), ofRoot());

    refused(one, NOW, Reason.ROLLBACK);
  }

  @Test
  void aKeyIsFoundAgainUnderAListThatSpeaksForIt() throws Exception {
    ActivatedKey one = admitted(1);
    inForce = CollateralStore.EMPTY;
    refused(one, NOW, Reason.CRL_MISSING);

    inForce = lists(ofCa().number(3), ofRoot());

    assertThat(keys.find(one.name(), NOW)).contains(one.known());
  }

  @Test
  void aRenewedListProlongsWhatTheOneBeforeItEndorsed() throws Exception {
    ActivatedKey one = admitted(1);
    assertThat(one.known().endorsedUntil()).isEqualTo(WEEK);
    Instant later = WEEK.plusSeconds(1);
    refused(one, later, Reason.CRL_EXPIRED);

    Instant next = WEEK.plus(Duration.ofDays(7));
    inForce = lists(ofCa().number(4).current(WEEK, next), ofRoot().current(WEEK, next));

    assertThat(keys.find(one.name(), later))
        .contains(new KnownKey(one.name(), Optional.of(TpmPublic.read(ENDORSEMENT).name()), next));
  }

  @Test
  void anEndorsementIsJudgedAgainOnceForEachChangeAndNotForEachQuestion() throws Exception {
    ActivatedKey one = admitted(1);
    CollateralStore counted = lists(ofCa().number(4), ofRoot());
    inForce =
        id -> {
          looks.incrementAndGet();
          return counted.find(id);
        };

    keys.find(one.name(), NOW);
    keys.find(one.name(), NOW);

    assertThat(looks).hasValue(2);
  }

  @Test
  void aKeyThatWasActivatedAnewMeanwhileIsNotReplacedByWhatTheOldOneCameTo() throws Exception {
    ActivatedKey one = admitted(1);
    CollateralStore next = lists(ofCa().number(4), ofRoot());
    ActivatedKey anew = activated(1, pinned());
    inForce =
        id -> {
          keys.admit(anew, NOW);
          return next.find(id);
        };

    keys.find(one.name(), NOW);

    assertThat(keys.find(one.name(), NOW)).contains(anew.known());
  }

  @Test
  void withoutListsAndWherePinnedNothingIsJudgedAgain() throws Exception {
    ActivatedKey unlisted =
        activated(1, EndorsementForge.trust().judge(ENDORSEMENT, List.of(LEAF), NOW));
    ActivatedKey pinned = activated(2, pinned());
    keys.admit(unlisted, NOW);
    keys.admit(pinned, NOW);

    inForce = CollateralStore.EMPTY;

    assertThat(keys.find(unlisted.name(), NOW)).contains(unlisted.known());
    assertThat(keys.find(pinned.name(), NOW)).contains(pinned.known());
  }

  /** What the node brought is at hand a second time: without it its chain ends nowhere. */
  @Test
  void intermediatesThatTheNodeBroughtAreKept() throws Exception {
    EndorsementTrust bare =
        new EndorsementTrust(
            List.of(EndorsementForge.ROOT), List.of(), Set.of(), Optional.of(() -> inForce));
    Bytes ca = EndorsementForge.der(EndorsementForge.CA);
    ActivatedKey one = activated(1, bare.judge(ENDORSEMENT, List.of(LEAF, ca, ca), NOW));
    keys.admit(one, NOW);

    inForce = lists(ofCa().number(5), ofRoot());
    assertThat(keys.find(one.name(), NOW)).contains(one.known());
    inForce = lists(ofCa().number(6).revoke(2), ofRoot());
    refused(one, NOW, Reason.CERT_REVOKED);
  }

  @Test
  void aKeyOfAnEarlierProcessIsFoundOnceItsEndorsementIsBelieved() throws Exception {
    ActivatedKey one = admitted(1);
    ActivatedKeys next = new ActivatedKeys(Duration.ofDays(30), 2);

    next.remember(keys.all(), listed);

    assertThat(next.find(one.name(), NOW)).contains(one.known());
  }

  @Test
  void aKeyOfAnEarlierProcessIsNotFoundWhereItsTpmIsBelievedNoMore() throws Exception {
    ActivatedKey one = admitted(1);
    EndorsementTrust nobody =
        new EndorsementTrust(List.of(), List.of(), Set.of(), Optional.empty());
    ActivatedKeys next = new ActivatedKeys(Duration.ofDays(30), 2);

    next.remember(keys.all(), nobody);

    assertThatThrownBy(() -> next.find(one.name(), NOW)).isInstanceOf(Rejection.class);
  }

  @Test
  void aPinnedKeyOfAnEarlierProcessNeedsToBePinnedStill() throws Exception {
    ActivatedKey one = activated(1, pinned());
    keys.admit(one, NOW);
    EndorsementTrust pinning =
        new EndorsementTrust(
            List.of(), List.of(), Set.of(TpmPublic.read(ENDORSEMENT).name()), Optional.empty());
    ActivatedKeys still = new ActivatedKeys(Duration.ofDays(30), 2);
    ActivatedKeys noMore = new ActivatedKeys(Duration.ofDays(30), 2);

    still.remember(keys.all(), pinning);
    noMore.remember(keys.all(), listed);

    assertThat(still.find(one.name(), NOW)).contains(one.known());
    assertThatThrownBy(() -> noMore.find(one.name(), NOW)).isInstanceOf(Rejection.class);
  }

  @Test
  void intermediatesThatTheNodeBroughtOutliveTheProcess() throws Exception {
    EndorsementTrust bare = EndorsementForge.bare();
    Bytes ca = EndorsementForge.der(EndorsementForge.CA);
    ActivatedKey one = activated(1, bare.judge(ENDORSEMENT, List.of(LEAF, ca), NOW));
    keys.admit(one, NOW);
    ActivatedKeys next = new ActivatedKeys(Duration.ofDays(30), 2);

    next.remember(keys.all(), bare);

    assertThat(next.find(one.name(), NOW)).contains(one.known());
  }

  @Test
  void keysOfAnEarlierProcessCountForTheLifeThatIsConfiguredNow() throws Exception {
    ActivatedKey one = admitted(1);
    ActivatedKeys minute = new ActivatedKeys(Duration.ofMinutes(1), 2);

    minute.remember(keys.all(), listed);

    assertThat(minute.find(one.name(), NOW.plusSeconds(59))).isPresent();
    assertThat(minute.find(one.name(), NOW.plusSeconds(60))).isEmpty();
  }

  @Test
  void remembersNoMoreThanItHasRoomFor() throws Exception {
    keys.remember(List.of(written(1, NOW), written(2, NOW), written(3, NOW)), listed);

    assertThat(keys.all())
        .extracting(one -> one.name().hex())
        .containsExactlyInAnyOrder("01", "02");
  }

  @Test
  void anActivationOfThenDoesNotReplaceALaterOne() throws Exception {
    admitted(1);
    long known = keys.revision();

    keys.remember(List.of(written(1, NOW.minusSeconds(1))), listed);
    assertThat(keys.revision()).isEqualTo(known);
    assertThat(keys.all().getFirst().at()).isEqualTo(NOW);

    keys.remember(List.of(written(1, NOW.plusSeconds(1))), listed);
    assertThat(keys.revision()).isGreaterThan(known);
    assertThat(keys.all().getFirst().at()).isEqualTo(NOW.plusSeconds(1));
  }

  @Test
  void itsRevisionRisesWithEveryActivation() throws Exception {
    admitted(1);
    long known = keys.revision();
    assertThat(known).isPositive();

    admitted(1);

    assertThat(keys.revision()).isGreaterThan(known);
  }

  private static ActivatedKeys.Activated written(int name, Instant at) throws Rejection {
    return new ActivatedKeys.Activated(
        Bytes.copyOf(new byte[] {(byte) name}), TpmPublic.read(ENDORSEMENT), List.of(LEAF), at);
  }

  private ActivatedKey admitted(int name) throws Rejection {
    ActivatedKey key = activated(name, judged());
    keys.admit(key, NOW);
    return key;
  }

  private EndorsementKey judged() throws Rejection {
    return listed.judge(ENDORSEMENT, List.of(LEAF), NOW);
  }

  private EndorsementKey pinned() throws Rejection {
    return new EndorsementTrust(
            List.of(),
            List.of(),
            Set.of(TpmPublic.read(ENDORSEMENT).name()),
            Optional.of(() -> inForce))
        .judge(ENDORSEMENT, List.of(), NOW);
  }

  private static ActivatedKey activated(int name, EndorsementKey endorsement) {
    return new ActivatedKey(Bytes.copyOf(new byte[] {(byte) name}), endorsement);
  }

  private void refused(ActivatedKey key, Instant at, Reason reason) {
    assertThatThrownBy(() -> keys.find(key.name(), at))
        .isInstanceOfSatisfying(
            Rejection.class,
            rejection -> assertThat(rejection.refusal().reason()).isEqualTo(reason));
  }

  private static RevocationForge ofCa() {
    return new RevocationForge("CN=CA").current(NOW.minusSeconds(9), WEEK);
  }

  private static RevocationForge ofRoot() {
    return new RevocationForge("CN=Root").current(NOW.minusSeconds(9), WEEK);
  }

  private static CollateralStore lists(RevocationForge ofCa, RevocationForge ofRoot) {
    return CollateralStore.of(
        Map.of(
            EndorsementForge.id(EndorsementForge.CA),
            ofCa.signedBy(EndorsementForge.CA_KEY, Scheme.ECDSA_SHA256),
            EndorsementForge.id(EndorsementForge.ROOT),
            ofRoot.signedBy(EndorsementForge.ROOT_KEY, Scheme.ECDSA_SHA256)));
  }
}
