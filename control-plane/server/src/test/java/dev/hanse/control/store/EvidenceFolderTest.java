package dev.hanse.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.control.ledger.LedgerException;
import dev.hanse.control.workflow.Certified;
import dev.hanse.control.workflow.Exchanges;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Evidence as files: what is read back, and what is not believed to be what it says. */
class EvidenceFolderTest {
  private static final Instant CAME = Instant.parse("2026-11-20T12:00:00.123456789Z");
  private static final Certified ONE = Exchanges.certified("gpu-1", 100, CAME);
  private static final Certified TWO = Exchanges.certified("gpu-2", 200, CAME);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;
  private FileLedger ledger;

  @BeforeEach
  void open() {
    ledger = FileLedger.open(directory);
  }

  @AfterEach
  void close() {
    ledger.close();
  }

  private Path file(Certified of) {
    return directory.resolve("evidence").resolve(of.evidenceDigest() + ".json");
  }

  private void save(List<Certified> added, Set<String> removed) {
    ledger.saveEvidence(added, removed).toCompletableFuture().join();
  }

  private void reopen() {
    ledger.close();
    ledger = FileLedger.open(directory);
  }

  @Test
  void readsBackWhatItWrote() {
    save(List.of(ONE, TWO), Set.of());
    reopen();

    assertThat(ledger.evidenceDigests())
        .containsExactlyInAnyOrder(ONE.evidenceDigest(), TWO.evidenceDigest());
    assertSame(ledger.evidence(ONE.evidenceDigest()), ONE);
    assertSame(ledger.evidence(TWO.evidenceDigest()), TWO);
  }

  @Test
  void readsBackAsMuchAsOneNodeMayBring() {
    Certified largest =
        Exchanges.certified(
            "gpu-3",
            List.of(
                new Evidence("cpu", bytes(Evidence.BODY_LIMIT_BYTES, 1), List.of()),
                new Evidence(
                    "nvidia-gpu",
                    bytes(Evidence.BODY_LIMIT_BYTES, 2),
                    List.of(bytes(Evidence.COLLATERAL_LIMIT_BYTES - 1, 3), bytes(1, 4)))),
            CAME);

    save(List.of(largest), Set.of());

    assertSame(ledger.evidence(largest.evidenceDigest()), largest);
  }

  private static void assertSame(Certified read, Certified written) {
    assertThat(read.transcript()).isEqualTo(written.transcript());
    assertThat(read.evidenceDigest()).isEqualTo(written.evidenceDigest());
    assertThat(read.issuedUnder()).isEqualTo(written.issuedUnder());
    assertThat(read.binding().nonce()).isEqualTo(written.binding().nonce());
    assertThat(read.binding().claims()).isEqualTo(written.binding().claims());
    assertThat(read.binding().key().spki()).isEqualTo(written.binding().key().spki());
  }

  @Test
  void oneSaveAddsAndRemoves() {
    save(List.of(ONE), Set.of());

    save(List.of(TWO), Set.of(ONE.evidenceDigest()));

    assertThat(ledger.evidenceDigests()).containsExactly(TWO.evidenceDigest());
    assertThat(file(ONE)).doesNotExist();
  }

  @Test
  void whatIsNotThereNeedNotBeRemoved() {
    save(List.of(ONE), Set.of(TWO.evidenceDigest()));

    assertThat(ledger.evidenceDigests()).containsExactly(ONE.evidenceDigest());
  }

  @Test
  void onlyItsOwnerCanReadIt() throws IOException {
    save(List.of(ONE), Set.of());

    assertThat(permissions(directory.resolve("evidence"))).isEqualTo("rwx------");
    assertThat(permissions(file(ONE))).isEqualTo("rw-------");
    try (Stream<Path> files = Files.list(directory.resolve("evidence"))) {
      assertThat(files).containsExactly(file(ONE));
    }
  }

  @Test
  void whatWasHalfWrittenIsTakenAwayAndWhatIsNotItsOwnIsLeftAlone() throws IOException {
    Path half = file(ONE).resolveSibling(ONE.evidenceDigest() + ".json.tmp");
    Path foreign = file(ONE).resolveSibling("notes.json");
    Files.writeString(half, "{\"form");
    Files.writeString(foreign, "mine");

    reopen();

    assertThat(half).doesNotExist();
    assertThat(foreign).hasContent("mine");
    assertThat(ledger.evidenceDigests()).isEmpty();
  }

  @Test
  void aFolderThatIsLostIsMadeAnew() throws IOException {
    Files.delete(directory.resolve("evidence"));

    save(List.of(ONE), Set.of());

    assertThat(ledger.evidenceDigests()).containsExactly(ONE.evidenceDigest());
  }

  @Test
  void failsTheWriteWhereThereIsNoFolder() throws IOException {
    Files.delete(directory.resolve("evidence"));
    Files.writeString(directory.resolve("evidence"), "a file");

    assertThatThrownBy(() -> save(List.of(ONE), Set.of()))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(LedgerException.class);
  }

  @Test
  void otherWritesDoNotWaitForEvidence() {
    CountDownLatch goOn = new CountDownLatch(1);
    List<Certified> slow =
        new AbstractList<>() {
          @Override
          public Certified get(int index) {
            awaitUnchecked(goOn);
            return ONE;
          }

          @Override
          public int size() {
            return 1;
          }
        };

    CompletableFuture<Void> evidence = ledger.saveEvidence(slow, Set.of()).toCompletableFuture();
    ledger.saveKeys(List.of()).toCompletableFuture().join();

    assertThat(evidence).isNotDone();
    goOn.countDown();
    evidence.join();
    assertThat(ledger.evidenceDigests()).containsExactly(ONE.evidenceDigest());
  }

  @Test
  void onlyDigestsNameEvidence() {
    assertThatThrownBy(() -> ledger.evidence("../client-keys"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> save(List.of(), Set.of("../client-keys")))
        .hasCauseInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "nonsense", "{}", "[]", "{\"format\":2}", "{\"format\":1}", "{\"format\":1"})
  void refusesWhatIsNoEvidence(String content) throws IOException {
    Files.writeString(file(ONE), content);

    assertRefused();
  }

  @Test
  void refusesAFileThatIsTooLargeToBeEvidence() throws IOException {
    save(List.of(ONE), Set.of());
    Files.writeString(file(ONE), Files.readString(file(ONE)) + " ".repeat(4 << 20));

    assertRefused();
  }

  @Test
  void whatIsNoFileIsNoEvidence() throws IOException {
    Files.createDirectory(file(ONE));
    Files.createSymbolicLink(file(TWO), Files.createTempFile(directory, "else", "where"));

    assertThat(ledger.evidenceDigests()).isEmpty();
    assertRefused();
  }

  @Test
  void refusesOneThatIsGone() {
    assertRefused();
  }

  @Test
  void refusesEvidenceUnderTheNameOfAnother() throws IOException {
    save(List.of(TWO), Set.of());
    Files.move(file(TWO), file(ONE));

    assertThatThrownBy(() -> ledger.evidence(ONE.evidenceDigest()))
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("its evidence has the digest " + TWO.evidenceDigest());
  }

  static Stream<Map.Entry<String, Consumer<ObjectNode>>> spoilt() {
    Stream<Map.Entry<String, Consumer<ObjectNode>>> missing =
        Stream.of(
                "nonce",
                "spki",
                "provider",
                "name",
                "region",
                "host",
                "port",
                "roles",
                "issuedUnder",
                "appraisedAt",
                "certifiedUntil",
                "parts")
            .map(field -> Map.entry("without " + field, file -> file.remove(field)));
    return Stream.concat(
        missing,
        Stream.of(
            Map.entry("nonce no base64", file -> file.put("nonce", "**")),
            Map.entry("no key", file -> file.put("spki", "AAAA")),
            Map.entry("port too high", file -> file.put("port", 65_536)),
            Map.entry("port below 0", file -> file.put("port", -1)),
            Map.entry("port a text", file -> file.put("port", "1")),
            Map.entry("role no text", file -> file.putArray("roles").add(1)),
            Map.entry("no time", file -> file.put("appraisedAt", "yesterday")),
            Map.entry("time out of range", file -> file.put("appraisedAt", Instant.MAX.toString())),
            Map.entry(
                "end out of range", file -> file.put("certifiedUntil", Instant.MIN.toString())),
            Map.entry("no parts", file -> file.putArray("parts")),
            Map.entry("parts no list", file -> file.put("parts", "x")),
            Map.entry("too many parts", file -> repeat(file.withArray("parts"))),
            Map.entry("part no object", file -> file.putArray("parts").add("x")),
            Map.entry("part without body", file -> part(file).remove("body")),
            Map.entry("part without technology", file -> part(file).remove("technology")),
            Map.entry("part without collateral", file -> part(file).remove("collateral")),
            Map.entry("collateral no base64", file -> part(file).putArray("collateral").add("*")),
            Map.entry("another body", file -> part(file).put("body", "AAAA")),
            Map.entry("another technology", file -> part(file).put("technology", "other")),
            Map.entry("more collateral", file -> part(file).putArray("collateral").add("AAAA"))));
  }

  @ParameterizedTest
  @MethodSource("spoilt")
  void refusesEvidenceThatIsNotWhole(Map.Entry<String, Consumer<ObjectNode>> how)
      throws IOException {
    spoil(how.getValue());

    assertRefused();
  }

  static Stream<Map.Entry<String, Consumer<ObjectNode>>> claimed() {
    return Stream.of(
        Map.entry("nonce", file -> file.put("nonce", "AAAA")),
        Map.entry(
            "key",
            // The generator of P-256 itself.
            file ->
                file.put(
                    "spki",
                    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP"
                        + "40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==")),
        Map.entry("provider", file -> file.put("provider", "rival")),
        Map.entry("name", file -> file.put("name", "gpu-2")),
        Map.entry("region", file -> file.put("region", "us-east")),
        Map.entry("host", file -> file.put("host", "10.0.0.1")),
        Map.entry("port", file -> file.put("port", 1)),
        Map.entry("roles", file -> file.putArray("roles").add("edge")));
  }

  @ParameterizedTest
  @MethodSource("claimed")
  void whoeverChangesWhomItIsOfChangesWhatItsSignatureMustSay(
      Map.Entry<String, Consumer<ObjectNode>> what) throws IOException {
    spoil(what.getValue());

    assertThat(ledger.evidence(ONE.evidenceDigest()).transcript().reportData())
        .isNotEqualTo(ONE.transcript().reportData());
  }

  private void spoil(Consumer<ObjectNode> how) throws IOException {
    save(List.of(ONE), Set.of());
    ObjectNode content = (ObjectNode) JSON.readTree(file(ONE).toFile());
    how.accept(content);
    Files.writeString(file(ONE), content.toString(), StandardCharsets.UTF_8);
  }

  private static ObjectNode part(ObjectNode file) {
    return (ObjectNode) file.path("parts").path(0);
  }

  private static void repeat(ArrayNode parts) {
    while (parts.size() < 65) {
      parts.add(parts.get(0));
    }
  }

  private void assertRefused() {
    assertThatThrownBy(() -> ledger.evidence(ONE.evidenceDigest()))
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining(ONE.evidenceDigest() + ".json");
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static Bytes bytes(int size, int first) {
    byte[] content = new byte[size];
    content[0] = (byte) first;
    return Bytes.copyOf(content);
  }
}
