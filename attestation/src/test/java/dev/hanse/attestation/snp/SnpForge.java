package dev.hanse.attestation.snp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.snp.SnpVerifier.Revocation;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.CertificateForge;
import dev.hanse.attestation.x509.RevocationForge;
import dev.hanse.attestation.x509.Scheme;
import dev.hanse.attestation.x509.TestKeys;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;

/**
 * A firmware and a vendor of our own: makes reports and certificates like AMD's, whole or broken at
 * one place. Its keys are known to everyone.
 */
final class SnpForge {
  static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  static final byte[] CHIP = chip();

  private static final String ARC = "1.3.6.1.4.1.3704.1.";
  private static final KeyPair ROOT = TestKeys.rsa4096(0);
  private static final KeyPair VCEK_ISSUER = TestKeys.rsa4096(1);
  private static final KeyPair VLEK_ISSUER = TestKeys.rsa4096(2);
  private static final Map<Product, X509Certificate> ROOTS = new ConcurrentHashMap<>();
  private static final Map<String, X509Certificate> ISSUERS = new ConcurrentHashMap<>();
  private static final Map<Product, Bytes> LISTS = new ConcurrentHashMap<>();
  private static final KeyPair VEK = TestKeys.ec("secp384r1");

  final Product product;
  final SigningKey kind;
  final X509Certificate root;
  final X509Certificate issuer;
  final byte[] report = new byte[SnpReport.SIZE_BYTES];

  /** AMD's extensions of the leaf, by what follows the arc. */
  final Map<String, byte[]> extensions = new TreeMap<>();

  String leafName;
  KeyPair leafKey = VEK;
  KeyPair signingKey = VEK;
  Instant leafFrom = CertificateForge.FROM;
  Instant leafUntil = CertificateForge.UNTIL;

  private SnpForge(Product product, SigningKey kind) {
    this.product = product;
    this.kind = kind;
    root = ROOTS.computeIfAbsent(product, SnpForge::root);
    issuer = ISSUERS.computeIfAbsent(name(product.issuerName(kind)), name -> issuer(name));
    leafName = name(kind.commonName());
    setUp();
  }

  private static X509Certificate root(Product product) {
    return new CertificateForge(name(product.rootName()), ROOT)
        .serial(0x10000)
        .authority()
        .usage(KeyUsage.keyCertSign | KeyUsage.cRLSign)
        .selfSigned(ROOT, Scheme.PSS_WITH_TRAILER);
  }

  private X509Certificate issuer(String name) {
    return new CertificateForge(name, issuerKey())
        .serial(0x10001)
        .authority(0)
        .usage(KeyUsage.keyCertSign)
        .signedBy(name(product.rootName()), ROOT, Scheme.PSS_WITH_TRAILER);
  }

  static SnpForge vcek(Product product) {
    return new SnpForge(product, SigningKey.VCEK);
  }

  static SnpForge vlek(Product product) {
    return new SnpForge(product, SigningKey.VLEK);
  }

  private void setUp() {
    put(0x00, 5, 4);
    put(0x04, 7, 4);
    put(0x08, 0x3_001FL, 8);
    put(0x34, 1, 4);
    put(0x40, 0x25, 8);
    put(0x48, kind == SigningKey.VLEK ? 4 : 0, 4);
    Arrays.fill(report, 0x10, 0x20, (byte) 0x11);
    Arrays.fill(report, 0x20, 0x30, (byte) 0x22);
    Arrays.fill(report, 0x50, 0x90, (byte) 0x50);
    Arrays.fill(report, 0x90, 0xC0, (byte) 0x90);
    Arrays.fill(report, 0xC0, 0xE0, (byte) 0xC0);
    Arrays.fill(report, 0xE0, 0x110, (byte) 0xE0);
    Arrays.fill(report, 0x140, 0x160, (byte) 0x14);
    Arrays.fill(report, 0x160, 0x180, (byte) 0x16);
    put(
        0x188,
        switch (product) {
          case MILAN -> 0x01_01_19;
          case GENOA -> 0x01_11_19;
          case TURIN -> 0x01_02_1A;
        },
        3);
    tcb(0x04_00_18_DB);
    put(0x1E8, 0x01_37_1D, 4);
    put(0x1EC, 0x01_37_1D, 4);
    put(0x1F8, 0x3F, 8);
    put(0x200, 0x7F, 8);
    extensions.put("1", new byte[] {2, 1, (byte) (product == Product.TURIN ? 1 : 0)});
    String line = product.vendorName() + (product == Product.MILAN ? "-B0" : "");
    extensions.put("2", ia5(kind == SigningKey.VCEK ? line : product.vendorName()));
    if (kind == SigningKey.VCEK) {
      byte[] id = Arrays.copyOf(CHIP, product.hardwareIdBytes());
      extensions.put("4", id);
      System.arraycopy(id, 0, report, 0x1A0, id.length);
    } else {
      extensions.put("5", ia5("CN=cc-test.example"));
    }
  }

  /** Sets every TCB version and the leaf's; boot loader, TEE, SNP, microcode from the top. */
  SnpForge tcb(long levels) {
    for (int offset : new int[] {0x38, 0x180, 0x1E0, 0x1F0}) {
      tcb(offset, levels);
    }
    certifiedTcb(levels);
    return this;
  }

  /** Sets one TCB version of the report. */
  SnpForge tcb(int offset, long levels) {
    put(offset, raw(levels), 8);
    return this;
  }

  /** Sets the leaf's patch levels. */
  SnpForge certifiedTcb(long levels) {
    for (int index = 0; index < 8; index++) {
      int level = (int) (raw(levels) >>> (8 * index)) & 0xFF;
      extensions.put("3." + product.splOfByte(index), integer(level));
    }
    return this;
  }

  private long raw(long levels) {
    long bootLoader = levels >>> 24 & 0xFF;
    long tee = levels >>> 16 & 0xFF;
    long snp = levels >>> 8 & 0xFF;
    long microcode = levels & 0xFF;
    return switch (product) {
      case MILAN, GENOA -> bootLoader | tee << 8 | snp << 48 | microcode << 56;
      case TURIN -> 2 | bootLoader << 8 | tee << 16 | snp << 24 | microcode << 56;
    };
  }

  /** Writes a little-endian number into the report. */
  SnpForge put(int offset, long value, int size) {
    for (int i = 0; i < size; i++) {
      report[offset + i] = (byte) (value >>> (8 * i));
    }
    return this;
  }

  /** Fills a field of the report. */
  SnpForge fill(int offset, int size, int value) {
    Arrays.fill(report, offset, offset + size, (byte) value);
    return this;
  }

  SnpForge extension(String arc, byte[] value) {
    extensions.put(arc, value);
    return this;
  }

  SnpForge without(String arc) {
    extensions.remove(arc);
    return this;
  }

  KeyPair issuerKey() {
    return kind == SigningKey.VCEK ? VCEK_ISSUER : VLEK_ISSUER;
  }

  KeyPair rootKey() {
    return ROOT;
  }

  /** The leaf before it is signed. */
  CertificateForge leafForge() {
    CertificateForge forge = new CertificateForge(leafName, leafKey).valid(leafFrom, leafUntil);
    extensions.forEach((arc, value) -> forge.extension(ARC + arc, false, value));
    return forge;
  }

  X509Certificate leaf() {
    return leafForge().signedBy(name(product.issuerName(kind)), issuerKey(), Scheme.PSS);
  }

  /** The report, signed. */
  Bytes body() {
    byte[] signed = report.clone();
    BigInteger[] numbers = sign(signed);
    place(signed, 0x2A0, numbers[0]);
    place(signed, 0x2E8, numbers[1]);
    return Bytes.copyOf(signed);
  }

  BigInteger[] sign(byte[] content) {
    try {
      MessageDigest sha384 = MessageDigest.getInstance("SHA-384");
      sha384.update(content, 0, SnpReport.SIGNED_BYTES);
      ECDSASigner signer = new ECDSASigner();
      var curve = CustomNamedCurves.getByName("secp384r1");
      signer.init(
          true,
          new ECPrivateKeyParameters(
              ((ECPrivateKey) signingKey.getPrivate()).getS(),
              new ECDomainParameters(curve.getCurve(), curve.getG(), curve.getN(), curve.getH())));
      return signer.generateSignature(sha384.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Writes a number of a signature: 72 bytes, little-endian. */
  static void place(byte[] report, int offset, BigInteger number) {
    byte[] big = number.toByteArray();
    Arrays.fill(report, offset, offset + 72, (byte) 0);
    for (int i = 0; i < Math.min(72, big.length); i++) {
      report[offset + i] = big[big.length - 1 - i];
    }
  }

  Evidence evidence() {
    return evidence(body());
  }

  Evidence evidence(Bytes body) {
    return chained(body, leaf(), issuer, root);
  }

  static Evidence chained(Bytes body, X509Certificate... certificates) {
    return new Evidence(
        SnpVerifier.TECHNOLOGY,
        body,
        Arrays.stream(certificates).map(CertificateForge::encoded).toList());
  }

  /** A list of nothing revoked, or of these. */
  RevocationForge revocations(long... serials) {
    RevocationForge forge = new RevocationForge(name(product.rootName()));
    for (long serial : serials) {
      forge.revoke(serial);
    }
    return forge;
  }

  /** As in production, but for the root: a revocation list is required, and there is one. */
  SnpVerifier verifier() {
    return verifier(
        LISTS.computeIfAbsent(product, each -> revocations().signedBy(ROOT, Scheme.PSS)));
  }

  SnpVerifier verifier(Bytes revocationList) {
    CollateralStore store =
        CollateralStore.of(
            Map.of(
                new CollateralStore.Id(SnpVerifier.CRL_KIND, product.vendorName()),
                revocationList));
    return new SnpVerifier(Anchors.of(List.of(root)), () -> store, Revocation.REQUIRED);
  }

  SnpStatement accepted() {
    return accepted(verifier().verify(evidence(), NOW));
  }

  static SnpStatement accepted(Verification verification) {
    assertThat(verification).isInstanceOf(Verification.Verified.class);
    return (SnpStatement) ((Verification.Verified) verification).claims().statement();
  }

  void refused(Stage stage, Reason reason) {
    refused(verifier().verify(evidence(), NOW), stage, reason);
  }

  static void refused(Verification verification, Stage stage, Reason reason) {
    assertThat(verification)
        .isInstanceOfSatisfying(
            Verification.Refused.class,
            refused ->
                assertThat(refused.refusal())
                    .isInstanceOfSatisfying(
                        Refusal.Rejected.class,
                        rejected -> {
                          assertThat(rejected.reason()).as(rejected.detail()).isEqualTo(reason);
                          assertThat(rejected.stage()).as(rejected.detail()).isEqualTo(stage);
                          assertThat(rejected.detail()).isNotBlank();
                        }));
  }

  /** A subject as AMD's. */
  static String name(String commonName) {
    return "OU=Engineering,C=US,L=Santa Clara,ST=CA,O=Advanced Micro Devices,CN=" + commonName;
  }

  static byte[] integer(int level) {
    return level < 0x80 ? new byte[] {2, 1, (byte) level} : new byte[] {2, 2, 0, (byte) level};
  }

  static byte[] ia5(String text) {
    byte[] der = new byte[text.length() + 2];
    der[0] = 0x16;
    der[1] = (byte) text.length();
    for (int i = 0; i < text.length(); i++) {
      der[i + 2] = (byte) text.charAt(i);
    }
    return der;
  }

  private static byte[] chip() {
    byte[] chip = new byte[64];
    for (int i = 0; i < chip.length; i++) {
      chip[i] = (byte) (i + 1);
    }
    return chip;
  }
}
