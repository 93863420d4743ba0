package dev.hanse.attestation.nitro;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.hostile.TestAuthority;
import dev.hanse.attestation.x509.Anchors;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes attestation documents under a root of its own, good ones and every other kind. */
final class NitroForge {
  static final Instant MADE = Instant.parse("2026-06-01T00:00:00.123Z");
  static final Instant NOW = Instant.parse("2026-06-01T00:00:01Z");
  static final Instant LEAF_FROM = Instant.parse("2026-05-31T23:00:00Z");
  static final Instant LEAF_TO = Instant.parse("2026-06-01T02:00:00Z");
  static final Bytes REPORT_DATA = filled(64, 0x5A);
  static final Bytes ES384 = Bytes.ofHex("a1013822");

  final TestAuthority root = TestAuthority.root(TestAuthority.named("CN=aws.nitro-enclaves"));
  final TestAuthority zone = root.issue(TestAuthority.named("CN=zone.aws.nitro-enclaves"));
  final TestAuthority leaf = zone.issue(leafWish());
  final NitroVerifier verifier = new NitroVerifier(Anchors.of(List.of(root.certificate())));

  static TestAuthority.Wish leafWish() {
    return TestAuthority.named("CN=i-0123.aws").leaf().valid(LEAF_FROM, LEAF_TO);
  }

  static Bytes filled(int size, int value) {
    byte[] bytes = new byte[size];
    java.util.Arrays.fill(bytes, (byte) value);
    return Bytes.copyOf(bytes);
  }

  /** The fields of a good payload, encoded, in the order the NSM writes them. */
  Map<String, Bytes> fields() {
    Map<String, Bytes> fields = new LinkedHashMap<>();
    fields.put("module_id", Cbor.text("i-0123-enc4567"));
    fields.put("digest", Cbor.text("SHA384"));
    fields.put("timestamp", Cbor.unsigned(MADE.toEpochMilli()));
    fields.put("pcrs", pcrs(Map.of(0, filled(48, 1), 1, filled(48, 2), 2, filled(48, 3))));
    fields.put("certificate", Cbor.bytes(leaf.der()));
    fields.put("cabundle", bundle(root, zone));
    fields.put("public_key", Cbor.NULL);
    fields.put("user_data", Cbor.bytes(REPORT_DATA));
    fields.put("nonce", Cbor.NULL);
    return fields;
  }

  /** Good fields with one of them replaced. */
  Map<String, Bytes> with(String field, Bytes encoded) {
    Map<String, Bytes> fields = fields();
    fields.put(field, encoded);
    return fields;
  }

  static Bytes pcrs(Map<Integer, Bytes> pcrs) {
    Map<Bytes, Bytes> encoded = new LinkedHashMap<>();
    pcrs.forEach((index, value) -> encoded.put(Cbor.unsigned(index), Cbor.bytes(value)));
    return Cbor.map(encoded);
  }

  static Bytes bundle(TestAuthority... rootFirst) {
    List<Bytes> encoded = new ArrayList<>();
    for (TestAuthority authority : rootFirst) {
      encoded.add(Cbor.bytes(authority.der()));
    }
    return Cbor.array(encoded);
  }

  static Bytes payload(Map<String, Bytes> fields) {
    Map<Bytes, Bytes> encoded = new LinkedHashMap<>();
    fields.forEach((key, value) -> encoded.put(Cbor.text(key), value));
    return Cbor.map(encoded);
  }

  /** Signs what RFC 9052 §4.4 says. */
  static Bytes sign(TestAuthority signer, Bytes protectedHeader, Bytes payload) {
    return signer.sign(
        Cbor.array(
            List.of(
                Cbor.text("Signature1"),
                Cbor.bytes(protectedHeader),
                Cbor.bytes(Bytes.copyOf(new byte[0])),
                Cbor.bytes(payload))),
        "SHA384withECDSA");
  }

  static Bytes cose(Bytes protectedHeader, Bytes unprotected, Bytes payload, Bytes signature) {
    return Cbor.array(
        List.of(
            Cbor.bytes(protectedHeader), unprotected, Cbor.bytes(payload), Cbor.bytes(signature)));
  }

  static Bytes document(TestAuthority signer, Bytes payload) {
    return cose(ES384, Cbor.map(Map.of()), payload, sign(signer, ES384, payload));
  }

  Bytes document(Map<String, Bytes> fields) {
    return document(leaf, payload(fields));
  }

  Bytes good() {
    return document(fields());
  }

  static Evidence evidence(Bytes document) {
    return new Evidence(NitroVerifier.TECHNOLOGY, document);
  }
}
