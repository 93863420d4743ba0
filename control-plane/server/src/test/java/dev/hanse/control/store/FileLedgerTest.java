package dev.hanse.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.AttestationSummary;
import dev.hanse.api.ClientKey;
import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.api.RegionId;
import dev.hanse.api.Revocation;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.control.access.JoinToken;
import dev.hanse.control.ledger.Ledger;
import dev.hanse.control.ledger.LedgerException;
import dev.hanse.control.membership.NodeResult;
import dev.hanse.control.membership.Remembered;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileLedgerTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00.123Z");
  private static final NodeId NODE = new NodeId("acme", "gpu-1");
  private static final Remembered REMEMBERED =
      new Remembered(
          42,
          Map.of(NODE, new RegionId("eu-west")),
          Map.of(NODE, new AttestationSummary("simulated", AttestationLevel.SIMULATED, NOW, NOW)),
          Set.of(NODE));
  private static final List<ClientKey> KEYS =
      List.of(
          new ClientKey(
              "k1",
              "ab".repeat(32),
              "tenant",
              Set.of(new ModelId("a"), new ModelId("b")),
              1,
              2,
              Optional.of(NOW),
              true,
              3),
          new ClientKey("k2", "cd".repeat(32), "t", Set.of(), 0, 0, Optional.empty(), false, 1));
  private static final List<JoinToken> TOKENS =
      List.of(new JoinToken("t1", "ef".repeat(32), "acme", NOW, NOW.plusSeconds(1), false));

  @TempDir private Path directory;

  private void saveAll() {
    try (FileLedger ledger = FileLedger.open(directory)) {
      ledger.saveRemembered(REMEMBERED).toCompletableFuture().join();
      ledger.saveKeys(KEYS).toCompletableFuture().join();
      ledger.saveJoinTokens(TOKENS).toCompletableFuture().join();
    }
  }

  @Test
  void readsBackWhatIsDeniedAndWhatStands() {
    List<Revocation> denied =
        List.of(
            new Revocation(Revocation.Kind.RESULT, "d0", false, 2, NOW, Optional.of(NOW), "debug"));
    List<NodeResult> standing =
        List.of(
            new NodeResult(
                NODE,
                "sev-snp",
                "acme-2",
                "acme-1",
                "d1",
                Map.of("product", "Milan"),
                NOW,
                NOW.plusSeconds(9),
                "token"));
    try (FileLedger ledger = FileLedger.open(directory)) {
      ledger.saveDenials(denied, standing).toCompletableFuture().join();
    }

    try (FileLedger ledger = FileLedger.open(directory)) {
      assertThat(ledger.load().revocations()).isEqualTo(denied);
      assertThat(ledger.load().results()).isEqualTo(standing);
    }
  }

  @Test
  void readsBackWhatItWrote() {
    saveAll();

    try (FileLedger ledger = FileLedger.open(directory)) {
      assertThat(ledger.load()).isEqualTo(new Ledger.Contents(REMEMBERED, KEYS, TOKENS));
    }
  }

  @Test
  void readsFloorsBackWhateverTheirSize() {
    Map<CollateralStore.Id, BigInteger> floors =
        Map.of(
            new CollateralStore.Id("sev-snp/crl", "Milan"),
            BigInteger.ONE.shiftLeft(160).subtract(BigInteger.ONE),
            new CollateralStore.Id("policy", "a \"quoted\" id"),
            BigInteger.ZERO);
    try (FileLedger ledger = FileLedger.open(directory)) {
      ledger.saveFloors(floors).toCompletableFuture().join();
    }

    try (FileLedger ledger = FileLedger.open(directory)) {
      assertThat(ledger.load().floors()).isEqualTo(floors);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"format\":1}",
        "{\"format\":1,\"floors\":{}}",
        "{\"format\":1,\"floors\":[{}]}",
        "{\"format\":1,\"floors\":[{\"kind\":\"k\",\"key\":\"a\",\"number\":5}]}",
        "{\"format\":1,\"floors\":[{\"kind\":\"k\",\"key\":\"a\",\"number\":\"-5\"}]}",
        "{\"format\":1,\"floors\":[{\"kind\":\"k\",\"key\":\"a\",\"number\":\"\"}]}",
        "{\"format\":1,\"floors\":[{\"kind\":\"k\",\"key\":\"a\",\"number\":"
            + "\"11111111111111111111111111111111111111111111111111111111111111111\"}]}",
        "{\"format\":1,\"floors\":[{\"kind\":\"k\",\"key\":\"a\",\"number\":\"5\"},"
            + "{\"kind\":\"k\",\"key\":\"a\",\"number\":\"4\"}]}"
      })
  void refusesFloorsItCannotRead(String content) throws IOException {
    Files.writeString(directory.resolve("floors.json"), content);

    try (FileLedger ledger = FileLedger.open(directory)) {
      assertThatThrownBy(ledger::load)
          .isInstanceOf(LedgerException.class)
          .hasMessageContaining("floors.json");
    }
  }

  @Test
  void startsEmptyInANewDirectory() throws IOException {
    Path fresh = directory.resolve("made/here");

    try (FileLedger ledger = FileLedger.open(fresh)) {
      assertThat(ledger.load()).isEqualTo(Ledger.Contents.EMPTY);
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(fresh)))
        .isEqualTo("rwx------");
  }

  @Test
  void letsOnlyItsOwnerReadTheFiles() throws IOException {
    saveAll();

    for (String name : List.of("client-keys.json", "join-tokens.json", "members.json")) {
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(name))))
          .isEqualTo("rw-------");
    }
    assertThat(directory.resolve("members.json.tmp")).doesNotExist();
  }

  @Test
  void survivesAHalfWrittenSuccessor() throws IOException {
    saveAll();
    Files.writeString(directory.resolve("client-keys.json.tmp"), "{\"form");

    try (FileLedger ledger = FileLedger.open(directory)) {
      assertThat(ledger.load().keys()).isEqualTo(KEYS);
      ledger.saveKeys(List.of()).toCompletableFuture().join();
      assertThat(ledger.load().keys()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "{}",
        "{\"format\":2,\"keys\":[]}",
        "{\"format\":1}",
        "{\"format\":1,\"keys\":{}}",
        "{\"format\":1,\"keys\":[{}]}",
        "{\"format\":1,\"keys\":[]} trailing",
        "{\"format\":1,\"keys\":[],\"keys\":[]}",
        "{\"format\":1,\"keys\":[{\"keyId\":\"k\",\"secretSha256\":\"xx\",\"tenant\":\"t\","
            + "\"models\":[],\"requestsPerMinute\":0,\"tokensPerMinute\":0,\"revoked\":false,"
            + "\"revision\":1}]}"
      })
  void refusesWhatItDoesNotUnderstandAndLeavesIt(String content) throws IOException {
    Path file = directory.resolve("client-keys.json");
    Files.writeString(file, content);

    try (FileLedger ledger = FileLedger.open(directory)) {
      assertThatThrownBy(ledger::load)
          .isInstanceOf(LedgerException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("left as it is");
    }
    assertThat(Files.readString(file)).isEqualTo(content);
  }

  @Test
  void refusesMembersItCannotRead() throws IOException {
    Files.writeString(
        directory.resolve("members.json"),
        "{\"format\":1,\"epoch\":1,\"members\":{\"NOT A NODE\":\"eu-west\"},\"attestations\":{},"
            + "\"drained\":[]}");

    try (FileLedger ledger = FileLedger.open(directory)) {
      assertThatThrownBy(ledger::load).hasMessageContaining("members.json");
    }
  }

  @Test
  void failsTheWriteWhenTheDirectoryIsGone() throws IOException {
    Path gone = directory.resolve("gone");
    try (FileLedger ledger = FileLedger.open(gone)) {
      Files.delete(gone.resolve("lock"));
      Files.delete(gone.resolve("evidence"));
      Files.delete(gone);

      assertThatThrownBy(() -> ledger.saveKeys(KEYS).toCompletableFuture().join())
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(LedgerException.class);
    }
  }
}
