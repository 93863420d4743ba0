package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.x509.Anchors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Enumerated;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;

/**
 * Makes a platform, its quotes and Intel's word on it, all good unless a test spoils something: set
 * a field, then ask for the quote or bundle. Test only.
 */
final class TdxForge {
  static final Instant AT = Instant.parse("2026-06-01T00:00:00Z");
  static final Instant ISSUED = Instant.parse("2026-05-20T00:00:00Z");
  static final Instant NEXT = Instant.parse("2026-06-19T00:00:00Z");
  static final Bytes REPORT_DATA =
      Bytes.copyOf("report data".getBytes(StandardCharsets.US_ASCII)).sha512();
  static final String FMSPC = "b0c06f000000";
  static final String QE_SIGNER =
      "dc9e2a7c6f948f17474e34a7fc43ed030f7c1563f1babddf6340c82e0e54a8c5";

  final ForgedKey rootKey = ForgedKey.named("root");
  final ForgedKey caKey = ForgedKey.named("ca");
  final ForgedKey tcbKey = ForgedKey.named("tcb signer");
  ForgedKey pckKey = ForgedKey.named("pck");
  ForgedKey attestationKey = ForgedKey.named("attestation");

  int version = 4;
  boolean td15;
  byte[] body = goodBody();
  byte[] tail = {};

  /** Of the platform: what its certificate says. */
  int[] svns = {5, 5, 2, 2, 4, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0};

  int pceSvn = 13;
  String fmspc = FMSPC;
  String pceId = "0000";
  byte[] qeReport = goodQeReport();
  byte[] authentication = new byte[32];

  ForgedPki.Wish root = ForgedPki.root(rootKey);
  ForgedPki.Wish ca = ForgedPki.platformCa(caKey, rootKey);
  ForgedPki.Wish tcbSigner = ForgedPki.tcbSigner(tcbKey, rootKey);
  ForgedPki.Wish qeSigner = tcbSigner;

  String tcbInfo = "";
  String qeIdentity = "";
  final Set<X509Certificate> revokedByRoot = new HashSet<>();
  final Set<X509Certificate> revokedByCa = new HashSet<>();
  final Map<String, String> bundle = new LinkedHashMap<>();

  TdxForge() {
    tcbInfo = Intel.TCB_INFO;
    qeIdentity = Intel.QE_IDENTITY;
  }

  /** A quote of version 5 with a body of TD 1.5. */
  static TdxForge later() {
    TdxForge forge = new TdxForge();
    forge.version = 5;
    forge.td15 = true;
    forge.body = java.util.Arrays.copyOf(forge.body, TdReport.LATER_SIZE_BYTES);
    System.arraycopy(forge.body, 0, forge.body, 584, 16);
    return forge;
  }

  TdxForge body(int at, String hex) {
    byte[] value = Bytes.ofHex(hex).toArray();
    System.arraycopy(value, 0, body, at, value.length);
    return this;
  }

  TdxForge qe(int at, String hex) {
    byte[] value = Bytes.ofHex(hex).toArray();
    System.arraycopy(value, 0, qeReport, at, value.length);
    return this;
  }

  ForgedPki.Wish pckWish() {
    return ForgedPki.pck(pckKey, caKey, extension());
  }

  X509Certificate[] platformChain() {
    return new X509Certificate[] {
      ForgedPki.make(pckWish()), ForgedPki.make(ca), ForgedPki.make(root)
    };
  }

  /** Header and body: what the attestation key signs. */
  byte[] signedPart() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    put(out, u16(version), u16(2), u32(0x81), new byte[4]);
    put(out, Bytes.ofHex("939a7233f79c4ca9940a0db3957f0607").toArray(), new byte[20]);
    if (version == 5) {
      put(out, u16(td15 ? 3 : 2), u32(body.length));
    }
    put(out, body);
    return out.toByteArray();
  }

  Bytes quote() {
    return quote(platformChain());
  }

  Bytes quote(X509Certificate... chain) {
    byte[] signed = signedPart();
    return quote(signed, attestationKey.sign(signed), boundQeReport(), chain);
  }

  /** The QE's report with the attestation key in it. */
  byte[] boundQeReport() {
    ByteArrayOutputStream bound = new ByteArrayOutputStream();
    put(bound, attestationKey.coordinates(), authentication);
    byte[] report = qeReport.clone();
    System.arraycopy(Bytes.copyOf(bound.toByteArray()).sha256().toArray(), 0, report, 320, 32);
    return report;
  }

  Bytes quote(byte[] signed, byte[] signature, byte[] report, X509Certificate... chain) {
    return quote(signed, signature, report, pckKey.sign(report), chain);
  }

  Bytes quote(
      byte[] signed,
      byte[] signature,
      byte[] report,
      byte[] reportSignature,
      X509Certificate... chain) {
    return quoteWith(signed, signature, report, reportSignature, ForgedPki.pem(chain));
  }

  Bytes quoteWith(
      byte[] signed, byte[] signature, byte[] report, byte[] reportSignature, String chain) {
    byte[] pem = (chain + "\0").getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream certification = new ByteArrayOutputStream();
    put(certification, report, reportSignature);
    put(certification, u16(authentication.length), authentication, u16(5), u32(pem.length), pem);
    ByteArrayOutputStream part = new ByteArrayOutputStream();
    put(part, signature, attestationKey.coordinates(), u16(6), u32(certification.size()));
    put(part, certification.toByteArray());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    put(out, signed, u32(part.size()), part.toByteArray(), tail);
    return Bytes.copyOf(out.toByteArray());
  }

  /** Replaces text in the TCB info, which must hold it. */
  TdxForge tcb(String there, String instead) {
    tcbInfo = replaced(tcbInfo, there, instead);
    return this;
  }

  /** Replaces text in the QE identity, which must hold it. */
  TdxForge qeId(String there, String instead) {
    qeIdentity = replaced(qeIdentity, there, instead);
    return this;
  }

  /** The collateral's fields; those put into {@link #bundle} first win. */
  Map<String, String> fields() {
    Map<String, String> fields = new LinkedHashMap<>();
    X509Certificate rootNow = ForgedPki.make(root);
    fields.put("pck_crl_issuer_chain", ForgedPki.pem(ForgedPki.make(ca), rootNow));
    fields.put(
        "root_ca_crl", ForgedPki.list(ForgedPki.ROOT, rootKey, revokedByRoot, ISSUED, NEXT).hex());
    fields.put(
        "pck_crl", ForgedPki.list(ForgedPki.PLATFORM_CA, caKey, revokedByCa, ISSUED, NEXT).hex());
    fields.put("tcb_info_issuer_chain", ForgedPki.pem(ForgedPki.make(tcbSigner), rootNow));
    fields.put("tcb_info", tcbInfo);
    fields.put("tcb_info_signature", signature(tcbSigner.key(), tcbInfo));
    fields.put("qe_identity_issuer_chain", ForgedPki.pem(ForgedPki.make(qeSigner), rootNow));
    fields.put("qe_identity", qeIdentity);
    fields.put("qe_identity_signature", signature(qeSigner.key(), qeIdentity));
    fields.putAll(bundle);
    return fields;
  }

  Bytes collateral() {
    return json(fields());
  }

  static Bytes json(Map<String, String> fields) {
    StringBuilder json = new StringBuilder("{");
    fields.forEach((name, value) ->
        json.append(json.length() == 1 ? "" : ",")
            .append('"')
            .append(name)
            .append("\":\"")
            .append(value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"))
            .append('"'));
    return ascii(json.append('}').toString());
  }

  Anchors anchors() {
    return Anchors.of(List.of(ForgedPki.make(root)));
  }

  TdxVerifier verifier() {
    return verifier(collateral());
  }

  TdxVerifier verifier(Bytes collateral) {
    return new TdxVerifier(
        anchors(),
        CollateralStore.of(
            Map.of(new CollateralStore.Id("intel-tdx/collateral", fmspc), collateral)));
  }

  Verification verify() {
    return verify(AT);
  }

  Verification verify(Instant at) {
    return verifier().verify(evidence(quote()), at);
  }

  static Evidence evidence(Bytes quote) {
    return new Evidence("intel-tdx", quote);
  }

  static Bytes ascii(String text) {
    return Bytes.copyOf(text.getBytes(StandardCharsets.US_ASCII));
  }

  static String signature(ForgedKey key, String document) {
    return Bytes.copyOf(key.sign(document.getBytes(StandardCharsets.UTF_8))).hex();
  }

  /** The SGX extension of the platform. */
  Bytes extension() {
    ASN1EncodableVector tcb = new ASN1EncodableVector();
    for (int i = 0; i < svns.length; i++) {
      tcb.add(item("2." + (i + 1), new ASN1Integer(svns[i])));
    }
    tcb.add(item("2.17", new ASN1Integer(pceSvn)));
    tcb.add(item("2.18", new DEROctetString(new byte[16])));
    return der(
        new DERSequence(
            new ASN1Encodable[] {
              item("1", new DEROctetString(Bytes.ofHex("11".repeat(16)).toArray())),
              item("2", new DERSequence(tcb)),
              item("3", new DEROctetString(Bytes.ofHex(pceId).toArray())),
              item("4", new DEROctetString(Bytes.ofHex(fmspc).toArray())),
              item("5", new ASN1Enumerated(1)),
              item("6", new DEROctetString(Bytes.ofHex("66".repeat(16)).toArray()))
            }));
  }

  static DERSequence item(String name, ASN1Encodable value) {
    return new DERSequence(
        new ASN1Encodable[] {new ASN1ObjectIdentifier("1.2.840.113741.1.13.1." + name), value});
  }

  static Bytes der(ASN1Encodable value) {
    try {
      return Bytes.copyOf(value.toASN1Primitive().getEncoded("DER"));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private static byte[] goodBody() {
    byte[] body = new byte[TdReport.SIZE_BYTES];
    System.arraycopy(Bytes.ofHex("060103").toArray(), 0, body, 0, 3);
    java.util.Arrays.fill(body, 16, 64, (byte) 0x5E);
    body[123] = 0x10;
    body[128] = (byte) 0xE7;
    for (int register = 0; register < 8; register++) {
      java.util.Arrays.fill(
          body, 136 + register * 48, 184 + register * 48, (byte) (0xA0 + register));
    }
    System.arraycopy(REPORT_DATA.toArray(), 0, body, 520, 64);
    return body;
  }

  private static byte[] goodQeReport() {
    byte[] report = new byte[QeReport.SIZE_BYTES];
    report[48] = 0x15;
    System.arraycopy(Bytes.ofHex(QE_SIGNER).toArray(), 0, report, 128, 32);
    report[256] = 2;
    report[258] = 6;
    return report;
  }

  private static String replaced(String text, String there, String instead) {
    if (!text.contains(there)) {
      throw new IllegalArgumentException("there is no " + there);
    }
    return text.replace(there, instead);
  }

  private static void put(ByteArrayOutputStream out, byte[]... parts) {
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
  }

  static byte[] u16(int value) {
    return ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort((short) value).array();
  }

  static byte[] u32(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }
}
