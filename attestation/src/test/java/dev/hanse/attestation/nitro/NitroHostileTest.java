package dev.hanse.attestation.nitro;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.hostile.Outcome;
import dev.hanse.attestation.hostile.TestAuthority;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Envelopes and signatures of documents, each broken in one way. */
class NitroHostileTest {
  private static final NitroForge FORGE = new NitroForge();
  private static final Bytes GOOD = FORGE.good();
  private static final Bytes EMPTY_MAP = Cbor.map(Map.of());

  @Test
  void verifiesWhatItsRootVouchesFor() {
    VerifiedClaims claims = claims(GOOD);

    assertThat(claims.technology()).isEqualTo("aws-nitro");
    assertThat(claims.level()).isEqualTo(Level.TEE);
    assertThat(claims.bound()).isEqualTo(Map.of(Bound.USER_DATA, NitroForge.REPORT_DATA));
    assertThat(claims.producedAt()).contains(NitroForge.MADE);
    assertThat(claims.endorsedUntil()).isEqualTo(NitroForge.LEAF_TO);
    assertThat(claims.measurements())
        .containsEntry("module-id", "i-0123-enc4567")
        .containsEntry("timestamp", "2026-06-01T00:00:00.123Z")
        .containsEntry("debug", "false")
        .containsEntry("pcr0", "01".repeat(48))
        .doesNotContainKeys("pcr3", "public-key-sha256");
  }

  @Test
  void bindsAnExchangeByItsUserData() {
    assertThat(FORGE.verifier.bindings(NitroForge.REPORT_DATA))
        .isEqualTo(Map.of(Bound.USER_DATA, NitroForge.REPORT_DATA));
  }

  @Test
  void tellsTheNonceWhereThereIsOne() {
    Bytes nonce = NitroForge.filled(32, 9);

    assertThat(claims(FORGE.document(FORGE.with("nonce", Cbor.bytes(nonce)))).bound())
        .isEqualTo(Map.of(Bound.USER_DATA, NitroForge.REPORT_DATA, Bound.NONCE, nonce));
    assertThat(claims(FORGE.document(FORGE.with("user_data", Cbor.NULL))).bound()).isEmpty();
  }

  @TestFactory
  Stream<DynamicTest> refusesEnvelopesThatAreNotExactlyCoseSign1() {
    Bytes payload = NitroForge.payload(FORGE.fields());
    Bytes signature = NitroForge.sign(FORGE.leaf, NitroForge.ES384, payload);
    Map<String, Map.Entry<String, Bytes>> cases = new LinkedHashMap<>();
    cases.put("tag 18", Map.entry("OK", Cbor.joined(Bytes.ofHex("d2"), GOOD)));
    cases.put("tag 18 twice", Map.entry("PARSE STRUCTURE", Cbor.joined(Bytes.ofHex("d2d2"), GOOD)));
    cases.put("tag 17", Map.entry("PARSE STRUCTURE", Cbor.joined(Bytes.ofHex("d1"), GOOD)));
    for (String header :
        List.of(
            "",
            "a0",
            "a10126",
            "a1013823",
            "a10139ffff",
            "a1013822f6",
            "a201382202813822",
            "a10122",
            "b801013822",
            "a118013822",
            "a101f6",
            "a10100")) {
      Bytes other = Bytes.ofHex(header);
      cases.put(
          "protected header " + header,
          Map.entry(
              "PARSE ALG",
              NitroForge.cose(
                  other, EMPTY_MAP, payload, NitroForge.sign(FORGE.leaf, other, payload))));
    }
    cases.put(
        "algorithm outside the protected header",
        Map.entry(
            "PARSE ALG", NitroForge.cose(Bytes.ofHex("a0"), NitroForge.ES384, payload, signature)));
    cases.put(
        "something in the unprotected header",
        Map.entry(
            "PARSE STRUCTURE",
            NitroForge.cose(NitroForge.ES384, NitroForge.ES384, payload, signature)));
    cases.put(
        "unprotected header that is an array",
        Map.entry(
            "PARSE STRUCTURE",
            NitroForge.cose(NitroForge.ES384, Cbor.array(List.of()), payload, signature)));
    for (int size : new int[] {0, 95, 97}) {
      cases.put(
          "signature of " + size + " bytes",
          Map.entry(
              "PARSE SIG_LENGTH",
              NitroForge.cose(
                  NitroForge.ES384,
                  EMPTY_MAP,
                  payload,
                  Bytes.copyOf(Arrays.copyOf(signature.toArray(), size)))));
    }
    List<Bytes> parts =
        List.of(
            Cbor.bytes(NitroForge.ES384), EMPTY_MAP, Cbor.bytes(payload), Cbor.bytes(signature));
    cases.put("three parts", Map.entry("PARSE STRUCTURE", Cbor.array(parts.subList(0, 3))));
    cases.put(
        "five parts",
        Map.entry(
            "PARSE STRUCTURE",
            Cbor.array(Stream.concat(parts.stream(), Stream.of(Cbor.NULL)).toList())));
    for (int i : new int[] {0, 2, 3}) {
      List<Bytes> changed = new ArrayList<>(parts);
      changed.set(i, Cbor.text("x"));
      cases.put("part " + i + " as text", Map.entry("PARSE STRUCTURE", Cbor.array(changed)));
    }
    cases.put("a map", Map.entry("PARSE STRUCTURE", EMPTY_MAP));
    cases.put("a byte more", Map.entry("PARSE TRAILING", Cbor.joined(GOOD, Bytes.ofHex("00"))));
    cases.put("nothing", Map.entry("PARSE LENGTH", Bytes.copyOf(new byte[0])));
    cases.put(
        "300 KiB",
        Map.entry("PARSE LENGTH", NitroForge.filled(Evidence.BODY_LIMIT_BYTES + 1, 0x81)));
    return cases.entrySet().stream()
        .map(each ->
            DynamicTest.dynamicTest(
                each.getKey(),
                () ->
                    assertThat(outcome(each.getValue().getValue()))
                        .isEqualTo(each.getValue().getKey())));
  }

  @Test
  void refusesSignaturesThatDoNotHold() {
    Bytes payload = NitroForge.payload(FORGE.fields());
    byte[] both = NitroForge.sign(FORGE.leaf, NitroForge.ES384, payload).toArray();
    Bytes rOnly = Bytes.copyOf(Arrays.copyOf(both, 48));
    Bytes sOnly = Bytes.copyOf(Arrays.copyOfRange(both, 48, 96));
    Bytes zero = NitroForge.filled(48, 0);
    Bytes order =
        Bytes.ofHex(
            "ffffffffffffffffffffffffffffffffffffffffffffffff"
                + "c7634d81f4372ddf581a0db248b0a77aecec196accc52973");

    for (Bytes signature :
        List.of(
            Cbor.joined(zero, zero),
            Cbor.joined(zero, sOnly),
            Cbor.joined(rOnly, zero),
            Cbor.joined(order, sOnly),
            Cbor.joined(rOnly, order),
            Cbor.joined(sOnly, rOnly),
            FORGE.leaf.sign(payload, "SHA384withECDSA"),
            NitroForge.sign(FORGE.zone, NitroForge.ES384, payload),
            NitroForge.sign(FORGE.leaf, Bytes.ofHex("a10126"), payload))) {
      assertThat(outcome(NitroForge.cose(NitroForge.ES384, EMPTY_MAP, payload, signature)))
          .isEqualTo("CRYPTO SIGNATURE");
    }
  }

  /** The other of the two signatures ECDSA allows: so a document's bytes name nothing. */
  @Test
  void takesAHighSAndNamesTheEvidenceDifferently() {
    Bytes payload = NitroForge.payload(FORGE.fields());
    byte[] both = NitroForge.sign(FORGE.leaf, NitroForge.ES384, payload).toArray();
    BigInteger order =
        new BigInteger(
            "ffffffffffffffffffffffffffffffffffffffffffffffff"
                + "c7634d81f4372ddf581a0db248b0a77aecec196accc52973",
            16);
    byte[] other = order.subtract(new BigInteger(1, both, 48, 48)).toByteArray();
    Arrays.fill(both, 48, 96, (byte) 0);
    int from = Math.max(0, other.length - 48);
    System.arraycopy(other, from, both, 96 - (other.length - from), other.length - from);

    assertThat(outcome(NitroForge.cose(NitroForge.ES384, EMPTY_MAP, payload, Bytes.copyOf(both))))
        .isEqualTo(Outcome.OK);
  }

  @Test
  void refusesAnythingThatComesAlong() {
    assertThat(
            Outcome.of(
                FORGE.verifier.verify(
                    new Evidence("aws-nitro", GOOD, List.of(FORGE.root.der())), NitroForge.NOW)))
        .isEqualTo("PARSE STRUCTURE");
  }

  /** Invariant 21: parts of different documents do not combine. */
  @Test
  void refusesPartsOfTwoDocumentsPutTogether() {
    Bytes one = NitroForge.payload(FORGE.fields());
    Bytes two = NitroForge.payload(FORGE.with("module_id", Cbor.text("i-other-enc1")));

    assertThat(
            outcome(
                NitroForge.cose(
                    NitroForge.ES384,
                    EMPTY_MAP,
                    two,
                    NitroForge.sign(FORGE.leaf, NitroForge.ES384, one))))
        .isEqualTo("CRYPTO SIGNATURE");
    TestAuthority twin = FORGE.zone.issue(NitroForge.leafWish());
    assertThat(outcome(NitroForge.document(twin, one))).isEqualTo("CRYPTO SIGNATURE");
  }

  @Test
  void refusesEveryTruncation() {
    byte[] good = GOOD.toArray();
    for (int length = 0; length < good.length; length++) {
      assertThat(outcome(Bytes.copyOf(Arrays.copyOf(good, length))))
          .as("length %d", length)
          .isEqualTo("PARSE LENGTH");
    }
  }

  private static VerifiedClaims claims(Bytes document) {
    return switch (FORGE.verifier.verify(NitroForge.evidence(document), NitroForge.NOW)) {
      case Verification.Verified(var claims) -> claims;
      case Verification.Refused(var refusal) -> throw new AssertionError(refusal.message());
    };
  }

  private static String outcome(Bytes document) {
    return outcome(document, NitroForge.NOW);
  }

  private static String outcome(Bytes document, Instant at) {
    return Outcome.of(FORGE.verifier.verify(NitroForge.evidence(document), at));
  }
}
