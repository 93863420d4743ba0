package dev.hanse.attestation.nitro;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.hostile.Outcome;
import dev.hanse.attestation.hostile.TestAuthority;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Payloads that are signed as they should be, and say what they should not. */
class NitroPayloadTest {
  private static final NitroForge FORGE = new NitroForge();
  private static final List<String> OPTIONAL = List.of("public_key", "user_data", "nonce");
  private static final Bytes NUMBER = Cbor.unsigned(7);

  @TestFactory
  Stream<DynamicTest> needsEveryFieldOnceAndOfItsType() {
    return FORGE.fields().keySet().stream()
        .map(field ->
            DynamicTest.dynamicTest(
                field,
                () -> {
                  Map<String, Bytes> without = FORGE.fields();
                  without.remove(field);
                  assertThat(outcome(without))
                      .isEqualTo(OPTIONAL.contains(field) ? Outcome.OK : "PARSE STRUCTURE");
                  assertThat(outcome(twice(field))).isEqualTo("PARSE DUPLICATE_KEY");
                  assertThat(outcome(FORGE.with(field, Cbor.head(1, 3))))
                      .isEqualTo(
                          List.of("pcrs", "cabundle").contains(field)
                              ? "PARSE STRUCTURE"
                              : "PARSE TYPE");
                  if (!OPTIONAL.contains(field)) {
                    assertThat(outcome(FORGE.with(field, Cbor.NULL))).startsWith("PARSE ");
                  }
                }));
  }

  /** Invariant 16: one reader must not see another document than the next one. */
  @Test
  void refusesKeysTwiceUnknownKeysAndKeysThatAreNotText() {
    assertThat(outcome(FORGE.with("extra", NUMBER))).isEqualTo("PARSE UNKNOWN_KEY");
    assertThat(outcome(FORGE.with("PCRS", NUMBER))).isEqualTo("PARSE UNKNOWN_KEY");
    assertThat(outcome(FORGE.with("pcrs ", NUMBER))).isEqualTo("PARSE UNKNOWN_KEY");
    assertThat(outcome(Cbor.joined(Cbor.head(5, 1), NUMBER, NUMBER))).isEqualTo("PARSE TYPE");
    assertThat(outcome(Cbor.array(List.of()))).isEqualTo("PARSE STRUCTURE");
    assertThat(outcome(Cbor.map(Map.of()))).isEqualTo("PARSE STRUCTURE");
    Bytes pcr = Cbor.bytes(NitroForge.filled(48, 1));
    assertThat(outcome(FORGE.with("pcrs", Cbor.joined(Cbor.head(5, 2), NUMBER, pcr, NUMBER, pcr))))
        .isEqualTo("PARSE DUPLICATE_KEY");
  }

  @Test
  void refusesPayloadsThatAreNotOneShortCborValue() {
    byte[] good = NitroForge.payload(FORGE.fields()).toArray();
    assertThat(outcome(Cbor.joined(Bytes.copyOf(good), NUMBER))).isEqualTo("PARSE TRAILING");
    assertThat(outcome(Bytes.copyOf(new byte[0]))).isEqualTo("PARSE LENGTH");
    good[0] = (byte) 0xBF;
    assertThat(outcome(Cbor.joined(Bytes.copyOf(good), Bytes.ofHex("ff"))))
        .isEqualTo("PARSE LENGTH");
  }

  @Test
  void takesModuleIdsOfPlainText() {
    assertThat(field("module_id", Cbor.text("!"))).isEqualTo(Outcome.OK);
    assertThat(field("module_id", Cbor.text("~".repeat(256)))).isEqualTo(Outcome.OK);
    for (String wrong : List.of("", "~".repeat(257), "i 1", "i\n", "i\u007F", "ï")) {
      assertThat(field("module_id", Cbor.text(wrong))).isEqualTo("PARSE MODULE_ID");
    }
  }

  @Test
  void takesSha384AndNoOtherDigest() {
    assertThat(field("digest", Cbor.text("SHA256"))).isEqualTo("PARSE STRUCTURE");
    assertThat(field("digest", Cbor.text(""))).isEqualTo("PARSE STRUCTURE");
  }

  @Test
  void takesTimestampsFromOneMillisecondTo9999() {
    assertThat(field("timestamp", Cbor.unsigned(1))).isEqualTo(Outcome.OK);
    assertThat(field("timestamp", Cbor.unsigned(253_402_300_799_999L))).isEqualTo(Outcome.OK);
    for (long wrong : new long[] {0, 253_402_300_800_000L, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
      assertThat(field("timestamp", Cbor.unsigned(wrong))).isEqualTo("PARSE TIMESTAMP");
    }
  }

  @Test
  void takesOneTo32RegistersOf48Bytes() {
    Map<Integer, Bytes> all = new HashMap<>();
    for (int index = 0; index < 32; index++) {
      all.put(index, NitroForge.filled(48, index));
    }
    assertThat(field("pcrs", NitroForge.pcrs(all))).isEqualTo(Outcome.OK);
    assertThat(field("pcrs", NitroForge.pcrs(Map.of(31, NitroForge.filled(48, 1)))))
        .isEqualTo(Outcome.OK);
    assertThat(field("pcrs", NitroForge.pcrs(Map.of(32, NitroForge.filled(48, 1)))))
        .isEqualTo("PARSE PCR_INDEX");
    assertThat(
            field(
                "pcrs",
                Cbor.joined(
                    Cbor.head(5, 1), Cbor.unsigned(-1), Cbor.bytes(NitroForge.filled(48, 1)))))
        .isEqualTo("PARSE PCR_INDEX");
    assertThat(field("pcrs", Cbor.map(Map.of()))).isEqualTo("PARSE PCRS");
    all.put(32, NitroForge.filled(48, 1));
    assertThat(field("pcrs", NitroForge.pcrs(all))).isEqualTo("PARSE PCRS");
    for (int size : new int[] {0, 32, 47, 49, 64}) {
      assertThat(field("pcrs", NitroForge.pcrs(Map.of(0, NitroForge.filled(size, 1)))))
          .isEqualTo("PARSE PCRS");
    }
    assertThat(field("pcrs", Cbor.map(Map.of(NUMBER, NUMBER)))).isEqualTo("PARSE TYPE");
    assertThat(field("pcrs", Cbor.map(Map.of(Cbor.text("0"), NUMBER)))).isEqualTo("PARSE TYPE");
  }

  @Test
  void takesFieldsOfUpTo1024Bytes() {
    assertThat(sized("public_key", 0)).isEqualTo("PARSE LENGTH");
    assertThat(sized("public_key", 1)).isEqualTo(Outcome.OK);
    assertThat(sized("public_key", 1024)).isEqualTo(Outcome.OK);
    assertThat(sized("public_key", 1025)).isEqualTo("PARSE LENGTH");
    assertThat(sized("user_data", 0)).isEqualTo(Outcome.OK);
    assertThat(sized("user_data", 1024)).isEqualTo(Outcome.OK);
    assertThat(sized("user_data", 1025)).isEqualTo("PARSE USER_DATA_LENGTH");
    assertThat(sized("nonce", 0)).isEqualTo(Outcome.OK);
    assertThat(sized("nonce", 1024)).isEqualTo(Outcome.OK);
    assertThat(sized("nonce", 1025)).isEqualTo("PARSE LENGTH");
    assertThat(sized("certificate", 0)).isEqualTo("PARSE LENGTH");
    assertThat(sized("certificate", 1)).isEqualTo("PARSE STRUCTURE");
    assertThat(sized("certificate", 1025)).isEqualTo("PARSE LENGTH");
  }

  @Test
  void takesBundlesOfOneToSevenCertificates() {
    assertThat(field("cabundle", Cbor.array(List.of()))).isEqualTo("PARSE CABUNDLE");
    List<Bytes> eight = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      eight.add(Cbor.bytes(FORGE.root.der()));
    }
    assertThat(field("cabundle", Cbor.array(eight))).isEqualTo("PARSE CABUNDLE");
    for (int size : new int[] {0, 1025}) {
      assertThat(field("cabundle", Cbor.array(List.of(Cbor.bytes(NitroForge.filled(size, 0x30))))))
          .isEqualTo("PARSE CABUNDLE");
    }
    assertThat(field("cabundle", Cbor.array(List.of(NUMBER)))).isEqualTo("PARSE TYPE");
  }

  @Test
  void tellsThePublicKeyByItsDigest() throws Exception {
    Bytes key = NitroForge.filled(91, 4);
    Map<String, Bytes> fields = FORGE.with("public_key", Cbor.bytes(key));
    NitroStatement statement = StatementReader.read(NitroForge.payload(fields));

    assertThat(statement.publicKey()).contains(key);
    assertThat(statement.facts()).containsEntry("public-key-sha256", key.sha256().hex());
  }

  @Test
  void signedBytesFollowTheRfcAtEverySizeOfPayload() {
    for (int size : new int[] {0, 23, 24, 255, 256, 65535, 65536, 0x12345}) {
      Bytes payload = NitroForge.filled(size, 0x11);
      NitroDocument document = new NitroDocument(payload, payload, statement());
      assertThat(document.signedBytes())
          .isEqualTo(
              Cbor.array(
                  List.of(
                      Cbor.text("Signature1"),
                      Cbor.bytes(NitroForge.ES384),
                      Cbor.bytes(Bytes.copyOf(new byte[0])),
                      Cbor.bytes(payload))));
    }
  }

  private static NitroStatement statement() {
    try {
      return StatementReader.read(NitroForge.payload(FORGE.fields()));
    } catch (Rejection impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static Bytes twice(String field) {
    Map<String, Bytes> fields = FORGE.fields();
    Bytes all = Cbor.head(5, fields.size() + 1);
    Map<String, Bytes> order = new LinkedHashMap<>(fields);
    for (Map.Entry<String, Bytes> each : order.entrySet()) {
      all = Cbor.joined(all, Cbor.text(each.getKey()), each.getValue());
    }
    return Cbor.joined(all, Cbor.text(field), fields.getOrDefault(field, Cbor.NULL));
  }

  private static String sized(String field, int size) {
    return field(field, Cbor.bytes(NitroForge.filled(size, 0x30)));
  }

  private static String field(String field, Bytes encoded) {
    return outcome(FORGE.with(field, encoded));
  }

  private static String outcome(Map<String, Bytes> fields) {
    return outcome(NitroForge.payload(fields));
  }

  private static String outcome(Bytes payload) {
    return outcome(FORGE.leaf, payload);
  }

  private static String outcome(TestAuthority signer, Bytes payload) {
    return Outcome.of(
        FORGE.verifier.verify(
            NitroForge.evidence(NitroForge.document(signer, payload)), NitroForge.NOW));
  }
}
