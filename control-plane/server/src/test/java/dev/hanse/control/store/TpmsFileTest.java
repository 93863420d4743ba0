package dev.hanse.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.tpm.Counters;
import dev.hanse.attestation.tpm.RememberedCounters;
import dev.hanse.attestation.tpm.TpmForge;
import dev.hanse.attestation.tpm.TpmPublic;
import dev.hanse.attestation.tpm.activation.ActivatedKeys;
import dev.hanse.attestation.x509.Certificates;
import dev.hanse.control.ledger.LedgerException;
import dev.hanse.control.workflow.TpmMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is known of TPMs, as a file. */
class TpmsFileTest {
  private static final Instant AT = Instant.parse("2026-11-20T12:00:00.123456789Z");
  private static final Bytes NAME = Bytes.ofHex("000b" + "ab".repeat(32));
  private static final Bytes EK = Bytes.ofHex("000d" + "cd".repeat(64));
  private static final TpmMemory.Known KNOWN =
      new TpmMemory.Known(
          List.of(
              activated(NAME, TpmForge.RSA, List.of(EK, NAME)),
              activated(EK, TpmForge.ECC, List.of())),
          List.of(
              new RememberedCounters.Said(EK, new Counters(-1, 0xFFFF_FFFFL, 0, true), AT),
              new RememberedCounters.Said(NAME, new Counters(5, 0, 7, false), AT)));

  @TempDir private Path directory;

  private static ActivatedKeys.Activated activated(
      Bytes name, KeyPair endorsement, List<Bytes> certificates) {
    try {
      return new ActivatedKeys.Activated(
          name, TpmPublic.read(TpmForge.endorsement(endorsement)), certificates, AT);
    } catch (Rejection unreadable) {
      throw new AssertionError(unreadable);
    }
  }

  @Test
  void readsBackEveryNumberAndTimeAsItWas() {
    try (FileLedger ledger = FileLedger.open(directory)) {
      ledger.saveTpms(KNOWN).toCompletableFuture().join();
    }

    try (FileLedger ledger = FileLedger.open(directory)) {
      assertThat(ledger.load().tpms()).isEqualTo(KNOWN);
    }
  }

  @Test
  void knowsNothingInANewDirectory() {
    try (FileLedger ledger = FileLedger.open(directory)) {
      assertThat(ledger.load().tpms()).isEqualTo(TpmMemory.Known.NOTHING);
    }
  }

  static Stream<Map.Entry<String, Consumer<ObjectNode>>> spoilt() {
    return Stream.of(
        Map.entry("no keys", file -> file.remove("keys")),
        Map.entry("no counters", file -> file.remove("counters")),
        Map.entry("keys no list", file -> file.put("keys", "x")),
        Map.entry("too many keys", file -> repeat(file.withArray("keys"))),
        Map.entry("too many counters", file -> repeat(file.withArray("counters"))),
        Map.entry("no name", file -> first(file, "keys").remove("name")),
        Map.entry("empty name", file -> first(file, "keys").put("name", "")),
        Map.entry("name too long", file -> first(file, "keys").put("name", "ab".repeat(67))),
        Map.entry("name no hex", file -> first(file, "keys").put("name", "xy")),
        Map.entry("name cut", file -> first(file, "keys").put("name", "abc")),
        Map.entry("no endorsement", file -> first(file, "keys").remove("endorsementKey")),
        Map.entry("endorsement no base64", file -> first(file, "keys").put("endorsementKey", "*")),
        Map.entry("endorsement no key", file -> first(file, "keys").put("endorsementKey", "AAAA")),
        Map.entry("no certificates", file -> first(file, "keys").remove("certificates")),
        Map.entry(
            "certificate no base64",
            file -> first(file, "keys").withArray("certificates").set(0, "*")),
        Map.entry("too many certificates", file -> many(first(file, "keys"))),
        Map.entry("not activated", file -> first(file, "keys").remove("activatedAt")),
        Map.entry(
            "activated at the end of time",
            file -> first(file, "keys").put("activatedAt", Instant.MAX.toString())),
        Map.entry("no tpm", file -> first(file, "counters").remove("tpm")),
        Map.entry("no clock", file -> first(file, "counters").remove("clockMillis")),
        Map.entry("clock a number", file -> first(file, "counters").put("clockMillis", 5)),
        Map.entry("clock below 0", file -> first(file, "counters").put("clockMillis", "-5")),
        Map.entry(
            "clock above 64 bits",
            file -> first(file, "counters").put("clockMillis", "18446744073709551616")),
        Map.entry("resets below 0", file -> first(file, "counters").put("resetCount", -1)),
        Map.entry(
            "resets above 32 bits",
            file -> first(file, "counters").put("resetCount", 0x1_0000_0000L)),
        Map.entry("no restarts", file -> first(file, "counters").remove("restartCount")),
        Map.entry("safe a text", file -> first(file, "counters").put("safe", "true")),
        Map.entry("said never", file -> first(file, "counters").remove("saidAt")),
        Map.entry(
            "said before all time",
            file -> first(file, "counters").put("saidAt", Instant.MIN.toString())));
  }

  @ParameterizedTest
  @MethodSource("spoilt")
  void aFileThatCannotBeReadStopsTheStartAndIsLeft(Map.Entry<String, Consumer<ObjectNode>> how)
      throws IOException {
    Path file = directory.resolve("tpms.json");
    ObjectNode content = TpmsJson.of(KNOWN);
    how.getValue().accept(content);
    Files.writeString(file, content.toString());

    try (FileLedger ledger = FileLedger.open(directory)) {
      assertThatThrownBy(ledger::load)
          .isInstanceOf(LedgerException.class)
          .hasMessageContaining("tpms.json")
          .hasMessageContaining("left as it is");
    }
    assertThat(new ObjectMapper().readTree(file.toFile()))
        .isEqualTo(new ObjectMapper().readTree(content.toString()));
  }

  private static ObjectNode first(ObjectNode file, String list) {
    return (ObjectNode) file.path(list).path(0);
  }

  private static void many(ObjectNode key) {
    ArrayNode certificates = key.withArray("certificates");
    while (certificates.size() <= Certificates.LIMIT_COUNT) {
      certificates.add("AAAA");
    }
  }

  private static void repeat(ArrayNode list) {
    while (list.size() <= TpmMemory.MOST) {
      list.add(list.get(0));
    }
  }
}
