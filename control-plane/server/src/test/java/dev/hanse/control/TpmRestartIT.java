package dev.hanse.control;

import static dev.hanse.control.membership.Mesh.EU;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.hanse.api.enroll.v1.TpmKeys;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.challenge.Activation;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.policy.Composition;
import dev.hanse.attestation.tpm.CounterRules;
import dev.hanse.attestation.tpm.ForgedTpm;
import dev.hanse.attestation.tpm.TpmEvidence;
import dev.hanse.attestation.tpm.TpmForge;
import dev.hanse.attestation.tpm.TpmPublic;
import dev.hanse.attestation.tpm.TpmRules;
import dev.hanse.attestation.tpm.TpmVerifier;
import dev.hanse.attestation.tpm.activation.ActivatedKeys;
import dev.hanse.attestation.tpm.activation.EndorsementTrust;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.store.FileLedger;
import dev.hanse.control.workflow.Activations;
import dev.hanse.control.workflow.TpmMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TPMs whose quotes an earlier process accepted. */
class TpmRestartIT {
  private static final TpmPublic ENDORSEMENT_KEY = read(TpmForge.endorsement(TpmForge.RSA));

  @TempDir private Path data;
  private final Bench bench = new Bench();
  private final TrustScene scene = new TrustScene(bench);
  private final ForgedTpm tpm = new ForgedTpm();
  private final Queue<ControlGraph.Rejudged> passes = new ConcurrentLinkedQueue<>();
  private TpmMemory memory = believing(Set.of(ENDORSEMENT_KEY.name()));

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void aQuoteStandsAfterARestartAndAPolicyThatItSatisfies() {
    ControlGraph before = start();
    Enrolling.Enrolled node = enrolled(before);
    bench.stop(before);

    ControlGraph eu = start();
    try (ScriptedNode stays = scene.joined(eu, "gpu-1", node)) {
      await().until(() -> passes.contains(new ControlGraph.Rejudged(1, 0)));

      assertThat(Bench.get(eu.appraiseBy(appraiser(2)))).isEqualTo(new ControlGraph.Rejudged(1, 0));

      assertThat(RevocationIT.list(eu).isEmpty()).isTrue();
      assertThat(stays.ended()).isNotDone();
      assertThat(TrustScene.attestation(eu, "gpu-1").path("policy").asText()).isEqualTo("tpm-2");
    }
  }

  @Test
  void neitherOfANodesTwoQuotesSpeaksAgainstTheOtherAfterARestart() {
    ControlGraph before = start();
    var _ = enrolled(before);
    tpm.counting(6_000, 4);
    var _ = enrolled(before);
    bench.stop(before);

    ControlGraph eu = start();

    await().until(() -> passes.contains(new ControlGraph.Rejudged(2, 0)));
    assertThat(RevocationIT.list(eu).isEmpty()).isTrue();
  }

  @Test
  void aTpmThatWasSetBackIsRefusedAfterARestart() {
    ControlGraph before = start();
    var _ = enrolled(before);
    bench.stop(before);
    ControlGraph eu = start();

    tpm.counting(4_999, 3);
    assertThat(refusal(eu)).isEqualTo("clock-regress");
    tpm.counting(6_000, 2);
    assertThat(refusal(eu)).isEqualTo("reset-count");

    tpm.counting(5_001, 3);
    assertThat(enrolled(eu).evidenceDigest()).isNotEmpty();
  }

  @Test
  void aTpmIsNotForgottenByAProcessThatOnlyPassedBy() {
    ControlGraph before = start();
    var _ = enrolled(before);
    bench.stop(before);
    bench.stop(bench.start(Bench.config(EU), FileLedger.open(data)));

    ControlGraph eu = start();

    tpm.counting(4_999, 3);
    assertThat(refusal(eu)).isEqualTo("clock-regress");
  }

  @Test
  void whereItIsLostWhichKeysWereActivatedNoQuoteStands() throws IOException {
    ControlGraph before = start();
    Enrolling.Enrolled node = enrolled(before);
    bench.stop(before);
    Files.delete(data.resolve("tpms.json"));

    ControlGraph eu = start();

    await().until(() -> passes.contains(new ControlGraph.Rejudged(0, 1)));
    assertThat(TrustScene.reasonOf(eu, node))
        .startsWith("acme.gpu-1 under tpm-1: signature: ")
        .contains("lives in a TPM");
  }

  @Test
  void aTpmThatIsBelievedNoMoreDoesNotStandAfterARestart() {
    ControlGraph before = start();
    Enrolling.Enrolled node = enrolled(before);
    bench.stop(before);

    ControlGraph eu = start(Set.of());

    await().until(() -> passes.contains(new ControlGraph.Rejudged(0, 1)));
    assertThat(TrustScene.reasonOf(eu, node))
        .startsWith("acme.gpu-1 under tpm-1: signature: ")
        .contains("is not pinned and has no certificate");
  }

  @Test
  void aFileOfTpmsThatCannotBeReadStopsTheStart() throws IOException {
    Path file = data.resolve("tpms.json");
    Files.writeString(file, "{\"format\":1,\"keys\":[]}");

    assertThatThrownBy(this::start)
        .hasMessageContaining("tpms.json")
        .hasMessageContaining("left as it is");

    assertThat(file).hasContent("{\"format\":1,\"keys\":[]}");
  }

  private Enrolling.Enrolled enrolled(ControlGraph graph) {
    return new Enrolling(bench, graph).enrol("gpu-1", new Machine(tpm));
  }

  private String refusal(ControlGraph graph) {
    return new Enrolling(bench, graph)
        .answer(TestCa.key(), "gpu-1", new Machine(tpm), EnrolmentIT.joinToken(graph, "acme"))
        .getRefusal()
        .getCode();
  }

  /** A process that knows of TPMs only what it finds. */
  private ControlGraph start() {
    return start(Set.of(ENDORSEMENT_KEY.name()));
  }

  private ControlGraph start(Set<Bytes> pinned) {
    memory = believing(pinned);
    return bench.start(
        Bench.config(EU),
        new ControlGraph.Parts(
            bench.ca.region(EU),
            appraiser(1),
            new Believing(memory),
            new RollbackFloors(),
            memory,
            FileLedger.open(data),
            ControlClock.system(),
            new ControlMetrics() {
              @Override
              public void rejudged(int standing, int withdrawn) {
                passes.add(new ControlGraph.Rejudged(standing, withdrawn));
              }
            }));
  }

  private static TpmMemory believing(Set<Bytes> pinned) {
    return TpmMemory.lasting(
        TrustScene.HOUR, new EndorsementTrust(List.of(), List.of(), pinned, Optional.empty()));
  }

  private static TpmPublic read(Bytes publicArea) {
    try {
      return TpmPublic.read(publicArea);
    } catch (Rejection unreadable) {
      throw new IllegalStateException(unreadable);
    }
  }

  private Appraiser appraiser(long version) {
    return new Appraiser(
        List.of(new TpmVerifier(memory.keys())),
        new AppraisalPolicy(
            "tpm",
            version,
            Set.of(TpmVerifier.TECHNOLOGY),
            List.of(TpmRules.strict().withCounters(new CounterRules(memory.counters(), false))),
            Composition.ANY,
            Duration.ofMinutes(2),
            Duration.ofSeconds(30),
            TrustScene.HOUR));
  }

  private record Machine(ForgedTpm forged) implements Enrolling.Machine {
    @Override
    public Evidence quote(Bytes reportData) {
      try {
        return forged.evidence(reportData.sha256());
      } catch (Exception broken) {
        throw new IllegalStateException(broken);
      }
    }

    @Override
    public Optional<TpmKeys> tpm() {
      return Optional.of(
          TpmKeys.newBuilder()
              .setEkPublic(ByteString.copyFromUtf8("of a TPM that is not asked"))
              .setAkPublic(ByteString.copyFrom(forged.publicArea().toArray()))
              .build());
    }
  }

  /** Takes every key for activated: what activation asks of a TPM has tests of its own. */
  private record Believing(TpmMemory memory) implements Activations {
    @Override
    public Outcome begin(dev.hanse.control.workflow.TpmKeys named, Instant at) {
      return new Outcome.Begun(
          new Credential(Bytes.copyOf(new byte[1]), Bytes.copyOf(new byte[1])),
          new Activation() {
            @Override
            public Bytes attestationKey() {
              return named.attestationKey();
            }

            @Override
            public boolean isProvedBy(Bytes secret, Instant answeredAt) {
              memory
                  .keys()
                  .remember(
                      List.of(
                          new ActivatedKeys.Activated(
                              read(named.attestationKey()).name(),
                              ENDORSEMENT_KEY,
                              List.of(),
                              answeredAt)),
                      memory.trust());
              return true;
            }
          });
    }

    @Override
    public boolean isNeededFor(String technology) {
      return technology.equals(TpmEvidence.TECHNOLOGY);
    }

    @Override
    public boolean isQuotedBy(Evidence evidence, Bytes attestationKey) {
      return true;
    }
  }
}
