package dev.hanse.control;

import static dev.hanse.control.membership.Mesh.EU;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.RollbackFloors;
import dev.hanse.attestation.tpm.CounterHistory;
import dev.hanse.control.appraisal.PolicyBook;
import dev.hanse.control.appraisal.PolicySignature;
import dev.hanse.control.ledger.Ledger;
import dev.hanse.control.membership.ControlMetrics;
import dev.hanse.control.store.FileLedger;
import dev.hanse.control.workflow.Activations;
import dev.hanse.control.workflow.TpmMemory;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a control plane saw of collateral and policies, its successor on the same folder knows. */
class RollbackIT {
  private static final CollateralStore.Id MILAN = new CollateralStore.Id("sev-snp/crl", "Milan");

  private final Bench bench = new Bench();
  private final KeyPair signer = signer();
  @TempDir private Path directory;

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void anOutdatedListOrPolicyIsNotBelievedAfterARestart() throws IOException, Rejection {
    Path policy = directory.resolve("policy.yaml");
    sign(policy, "id: a\nversion: 2\ntpm2: {}\n");
    FileLedger ledger = FileLedger.open(directory.resolve("data"));
    RollbackFloors before = floors(ledger);
    book(policy, before);
    ControlGraph first = start(ledger, before);
    before.admit(MILAN, number(7));
    Bench.get(first.close());

    FileLedger again = FileLedger.open(directory.resolve("data"));
    RollbackFloors after = floors(again);
    again.close();

    assertThatThrownBy(() -> after.admit(MILAN, number(6)))
        .isInstanceOf(Rejection.class)
        .hasMessageContaining("sev-snp/crl Milan is number 6, number 7 was seen before");
    sign(policy, "id: a\nversion: 1\ntpm2: {}\n");
    assertThatThrownBy(() -> book(policy, after))
        .hasMessageContaining("policy a is number 1, number 2 was seen before");
  }

  @Test
  void whatTheFolderKnowsHoldsForFloorsThatDidNotAsk() throws Rejection {
    FileLedger ledger = FileLedger.open(directory);
    ledger.saveFloors(Map.of(MILAN, BigInteger.TEN)).toCompletableFuture().join();
    RollbackFloors floors = new RollbackFloors();

    Bench.get(start(ledger, floors).close());

    assertThat(floors.all()).containsEntry(MILAN, BigInteger.TEN);
    try (FileLedger again = FileLedger.open(directory)) {
      assertThat(again.load().floors()).containsEntry(MILAN, BigInteger.TEN);
    }
  }

  @Test
  void anOperatorCanTakeAFloorOut() throws IOException, Rejection {
    FileLedger ledger = FileLedger.open(directory);
    RollbackFloors before = floors(ledger);
    before.admit(MILAN, number(7));
    Bench.get(start(ledger, before).close());

    Files.delete(directory.resolve("floors.json"));

    try (FileLedger again = FileLedger.open(directory)) {
      RollbackFloors after = floors(again);
      after.admit(MILAN, number(6));
      assertThat(after.all()).containsEntry(MILAN, BigInteger.valueOf(6));
    }
  }

  private ControlGraph start(Ledger ledger, RollbackFloors floors) {
    return Bench.get(
        ControlGraph.start(
            bench.vertx,
            Bench.config(EU),
            new ControlGraph.Parts(
                bench.ca.region(EU),
                bench.ca.appraiser(),
                Activations.NONE,
                floors,
                TpmMemory.trustingNobody(Duration.ofHours(1)),
                ledger,
                ControlClock.system(),
                ControlMetrics.NONE)));
  }

  private static RollbackFloors floors(Ledger ledger) {
    RollbackFloors floors = new RollbackFloors();
    floors.remember(ledger.load().floors());
    return floors;
  }

  private void book(Path policy, RollbackFloors floors) throws IOException {
    PolicyBook book =
        new PolicyBook(
            policy,
            List.of(signer.getPublic()),
            Optional.empty(),
            floors,
            collateral -> List.of(),
            CounterHistory.NONE);
    assertThat(book.current().id()).isEqualTo("a");
  }

  private void sign(Path file, String policy) throws IOException {
    Files.writeString(file, policy);
    Files.writeString(
        file.resolveSibling(file.getFileName() + ".sig"),
        PolicySignature.sign(
            Bytes.copyOf(policy.getBytes(StandardCharsets.UTF_8)), signer.getPrivate()));
  }

  private static Optional<BigInteger> number(long number) {
    return Optional.of(BigInteger.valueOf(number));
  }

  private static KeyPair signer() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException missing) {
      throw new AssertionError(missing);
    }
  }
}
