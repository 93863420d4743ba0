package dev.hanse.attestation.nvidia;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.hostile.Outcome;
import dev.hanse.attestation.hostile.TestAuthority;
import dev.hanse.attestation.x509.Anchors;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes evidence of GPUs and switches under roots of its own, good ones and every other kind. */
final class NvidiaForge {
  static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  static final Bytes NONCE = NvidiaVerifier.nonce(filled(64, 0x5A));
  static final Bytes FIRMWARE = filled(48, 0xF1);
  static final String DRIVER_RIM = "NV_GPU_DRIVER_GH100_570.86.10";
  static final String VBIOS_RIM = "NV_GPU_VBIOS_1010_0200_882_9600AF0001";
  static final String SHA384 = "608648016503040202";

  final TestAuthority root = TestAuthority.root(named("NVIDIA Device Identity CA"));
  final TestAuthority identity = root.issue(named("NVIDIA GH100 Identity"));
  final TestAuthority provisioner = identity.issue(named("NVIDIA GH100 Provisioner ICA 1"));
  final TestAuthority brom = provisioner.issue(named("GH100 A01 GSP BROM"));
  final TestAuthority leaf = brom.issue(hopperLeaf("GH100 A01 GSP FMC LF"));
  final RimForge rims = new RimForge();

  static TestAuthority.Wish named(String commonName) {
    return TestAuthority.named("CN=" + commonName + ",O=NVIDIA Corporation,C=US");
  }

  TestAuthority.Wish hopperLeaf(String commonName) {
    return named(commonName).leaf().extension("2.23.133.5.4.1", false, composite(FIRMWARE));
  }

  static TestAuthority.Wish tcbInfoLeaf(String commonName) {
    return named(commonName).leaf().extension("2.23.133.5.4.1.1", false, tcbInfo(FIRMWARE));
  }

  /** SEQUENCE { 1, SubjectPublicKeyInfo, FWID }. */
  Bytes composite(Bytes firmware) {
    return der(
        0x30,
        Bytes.ofHex("020101"),
        Bytes.copyOf(brom.keys().getPublic().getEncoded()),
        fwid(SHA384, firmware));
  }

  static Bytes tcbInfo(Bytes firmware) {
    return der(
        0x30,
        der(0x80, text("NVIDIA")),
        der(0x81, text("GB100")),
        der(0x83, Bytes.ofHex("01")),
        der(0xA6, fwid(SHA384, firmware), fwid(SHA384, filled(48, 0))),
        der(0x87, Bytes.ofHex("0000")));
  }

  static Bytes fwid(String algorithm, Bytes digest) {
    return der(0x30, der(0x06, Bytes.ofHex(algorithm)), der(0x04, digest));
  }

  /** One DER value. */
  static Bytes der(int tag, Bytes... parts) {
    Bytes content = joined(parts);
    int size = content.size();
    String head =
        size < 0x80
            ? "%02x%02x".formatted(tag, size)
            : size < 0x100 ? "%02x81%02x".formatted(tag, size) : "%02x82%04x".formatted(tag, size);
    return joined(Bytes.ofHex(head), content);
  }

  static Bytes filled(int size, int value) {
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) value);
    return Bytes.copyOf(bytes);
  }

  static Bytes text(String value) {
    return Bytes.copyOf(value.getBytes(StandardCharsets.US_ASCII));
  }

  static Bytes joined(Bytes... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Bytes part : parts) {
      out.writeBytes(part.toArray());
    }
    return Bytes.copyOf(out.toByteArray());
  }

  static Bytes little(int size, long value) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (value >> (i * Byte.SIZE));
    }
    return Bytes.copyOf(bytes);
  }

  static Bytes request() {
    return joined(Bytes.ofHex("11e001ff"), NONCE, Bytes.ofHex("00"));
  }

  static Bytes block(int index, Bytes value) {
    return joined(little(1, index), Bytes.ofHex("013300"), Bytes.ofHex("013000"), value);
  }

  /** Eight measurements; the value at SPDM index i is filled with i. */
  static Bytes blocks() {
    Bytes all = Bytes.copyOf(new byte[0]);
    for (int index = 1; index <= 8; index++) {
      all = joined(all, block(index, filled(48, index)));
    }
    return all;
  }

  static Map<Integer, Bytes> gpuFields() {
    Map<Integer, Bytes> fields = new LinkedHashMap<>();
    fields.put(6, Bytes.ofHex("00af009601000000"));
    fields.put(15, text("882\0\0\0"));
    fields.put(17, text("1010\0"));
    fields.put(18, text("0200\0"));
    fields.put(3, text("570.86.10\0"));
    fields.put(11, Bytes.ofHex("aa"));
    fields.put(20, FIRMWARE);
    return fields;
  }

  static Map<Integer, Bytes> switchFields() {
    Map<Integer, Bytes> fields = new LinkedHashMap<>();
    fields.put(6, NvidiaForge.text("96.10.5a.00.01"));
    fields.put(23, Bytes.ofHex("ec00"));
    return fields;
  }

  static Map<Integer, Bytes> with(int type, Bytes value) {
    Map<Integer, Bytes> fields = gpuFields();
    fields.put(type, value);
    return fields;
  }

  static Map<Integer, Bytes> without(int type) {
    Map<Integer, Bytes> fields = gpuFields();
    fields.remove(type);
    return fields;
  }

  static Bytes opaque(Map<Integer, Bytes> fields) {
    Bytes all = Bytes.copyOf(new byte[0]);
    for (Map.Entry<Integer, Bytes> field : fields.entrySet()) {
      all =
          joined(
              all, little(2, field.getKey()), little(2, field.getValue().size()), field.getValue());
    }
    return all;
  }

  static Bytes response(int count, Bytes record, Bytes opaque) {
    return joined(
        Bytes.ofHex("11600000"),
        little(1, count),
        little(3, record.size()),
        record,
        filled(32, 0x77),
        little(2, opaque.size()),
        opaque);
  }

  static Bytes signed(TestAuthority signer, Bytes request, Bytes response) {
    Bytes both = joined(request, response);
    return joined(both, signer.sign(both, "SHA384withECDSA"));
  }

  Bytes report(Map<Integer, Bytes> fields) {
    return signed(leaf, request(), response(8, blocks(), opaque(fields)));
  }

  Bytes good() {
    return report(gpuFields());
  }

  List<Bytes> chain(TestAuthority... leafFirst) {
    return Arrays.stream(leafFirst).map(TestAuthority::der).toList();
  }

  List<Bytes> chain() {
    return chain(leaf, brom, provisioner, identity, root);
  }

  static Evidence evidence(Bytes report, List<Bytes> chain) {
    return new Evidence(NvidiaVerifier.TECHNOLOGY, report, chain);
  }

  NvidiaVerifier verifier(CollateralStore store) {
    return new NvidiaVerifier(
        Anchors.of(List.of(root.certificate())),
        Anchors.of(List.of(rims.root.certificate())),
        () -> store);
  }

  static CollateralStore store(Map<String, Bytes> rims) {
    Map<CollateralStore.Id, Bytes> kept = new LinkedHashMap<>();
    rims.forEach((id, xml) -> kept.put(new CollateralStore.Id("nvidia-gpu/rim", id), xml));
    return CollateralStore.of(kept);
  }

  String outcome(Bytes report, List<Bytes> chain) {
    return Outcome.of(verifier(CollateralStore.EMPTY).verify(evidence(report, chain), NOW));
  }

  /** What evidence of this forge's leaf comes to without manifests. */
  String outcome(Bytes report) {
    return outcome(report, chain());
  }

  String outcome(CollateralStore store, Instant at) {
    return Outcome.of(verifier(store).verify(evidence(good(), chain()), at));
  }

  VerifiedClaims claims(CollateralStore store, Bytes report, List<Bytes> chain) {
    return switch (verifier(store).verify(evidence(report, chain), NOW)) {
      case Verification.Verified(var claims) -> claims;
      case Verification.Refused(var refusal) -> throw new AssertionError(refusal.message());
    };
  }
}
