package dev.hanse.attestation.nvidia;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Encoding;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.hostile.Outcome;
import dev.hanse.attestation.hostile.QuickSigner;
import dev.hanse.attestation.hostile.TestAuthority;
import dev.hanse.attestation.x509.Anchors;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

/** Reports, signatures, keys and chains, each broken in one way. */
class NvidiaHostileTest {
  private static final NvidiaForge FORGE = new NvidiaForge();
  private static final Bytes GOOD = FORGE.good();
  private static final Bytes OPAQUE = NvidiaForge.opaque(NvidiaForge.gpuFields());
  private static final Bytes RESPONSE = NvidiaForge.response(8, NvidiaForge.blocks(), OPAQUE);

  @Test
  void verifiesWhatItsRootVouchesForAndStatesWhatItCannotKnow() {
    VerifiedClaims claims = FORGE.claims(CollateralStore.EMPTY, GOOD, FORGE.chain());

    assertThat(claims.technology()).isEqualTo("nvidia-gpu");
    assertThat(claims.level()).isEqualTo(Level.TEE);
    assertThat(claims.bound()).isEqualTo(Map.of(Bound.NONCE, NvidiaForge.NONCE));
    assertThat(claims.producedAt()).isEmpty();
    assertThat(claims.endorsedUntil()).isEqualTo(Instant.parse("2099-01-01T00:00:00Z"));
    assertThat(claims.measurements())
        .containsEntry("architecture", "HOPPER")
        .containsEntry("driver-version", "570.86.10")
        .containsEntry("vbios-version", "96.00.AF.00.01")
        .containsEntry("fwid", "f1".repeat(48))
        .containsEntry("fwid-reported", "yes, equal")
        .containsEntry(
            "device", Bytes.copyOf(FORGE.brom.keys().getPublic().getEncoded()).sha256().hex())
        .hasEntrySatisfying("revocation", told -> assertThat(told).startsWith("not checked"))
        .hasEntrySatisfying("host", told -> assertThat(told).startsWith("not stated"))
        .containsEntry(
            "rim-driver", NvidiaForge.DRIVER_RIM + ": not in the store, nothing was compared")
        .containsEntry(
            "rim-vbios", NvidiaForge.VBIOS_RIM + ": not in the store, nothing was compared");
    assertThat(((GpuStatement) claims.statement()).measurements())
        .hasSize(8)
        .containsEntry(0, NvidiaForge.filled(48, 1))
        .containsEntry(7, NvidiaForge.filled(48, 8));
  }

  @Test
  void bindsAnExchangeByANonceDerivedFromItsReportData() {
    Bytes reportData = NvidiaForge.filled(64, 3);

    assertThat(FORGE.verifier(CollateralStore.EMPTY).bindings(reportData))
        .isEqualTo(
            Map.of(Bound.NONCE, new Encoding("hanse/gpu-nonce/v1").bytes(reportData).sha256()));
    assertThat(NvidiaVerifier.nonce(reportData).size()).isEqualTo(32);
    // Computed with Python's hashlib over the length-prefixed encoding.
    assertThat(NvidiaVerifier.nonce(NvidiaForge.filled(64, 0)).hex()).isEqualTo(GOLDEN_NONCE);
  }

  private static final String GOLDEN_NONCE =
      "427d24fb69822a60dc5a7bbef2af64ce7412eed5779a9564b10f8c04a2126d95";

  @Test
  void takesCertificatesOnTheirOwnOrInOnePieceOfPem() {
    StringBuilder pem = new StringBuilder();
    for (Bytes der : FORGE.chain()) {
      pem.append("-----BEGIN CERTIFICATE-----\n")
          .append(Base64.getMimeEncoder().encodeToString(der.toArray()))
          .append("\n-----END CERTIFICATE-----\n");
    }
    Bytes one = Bytes.copyOf(pem.toString().getBytes(StandardCharsets.US_ASCII));

    assertThat(FORGE.outcome(GOOD, List.of(one))).isEqualTo(Outcome.OK);
    assertThat(FORGE.outcome(GOOD, FORGE.chain())).isEqualTo(Outcome.OK);
    assertThat(FORGE.outcome(GOOD, List.of())).isEqualTo("CRYPTO CHAIN");
    assertThat(FORGE.outcome(GOOD, List.of(one, one))).isEqualTo("CRYPTO CHAIN");
    assertThat(FORGE.outcome(GOOD, List.of(one, one, one))).isEqualTo("PARSE STRUCTURE");
    assertThat(FORGE.outcome(GOOD, List.of(Bytes.copyOf(new byte[0]))))
        .isEqualTo("PARSE STRUCTURE");
  }

  @Test
  void readsNoMoreThanEightCertificates() {
    List<Bytes> chain = new ArrayList<>(FORGE.chain());
    while (chain.size() < 8) {
      chain.add(FORGE.root.der());
    }
    assertThat(FORGE.outcome(GOOD, chain)).isEqualTo(Outcome.OK);
    chain.add(FORGE.root.der());
    assertThat(FORGE.outcome(GOOD, chain)).isEqualTo("PARSE STRUCTURE");
  }

  @Test
  void takesBlackwellAndSwitches() {
    TestAuthority blackwell = FORGE.brom.issue(NvidiaForge.tcbInfoLeaf("GB100 A01 GSP FMC LF"));
    Map<Integer, Bytes> fields = NvidiaForge.with(35, NvidiaForge.text("GB102\0"));
    VerifiedClaims claims = claims(blackwell, fields);
    assertThat(claims.measurements())
        .containsEntry("architecture", "BLACKWELL")
        .hasEntrySatisfying(
            "rim-driver", told -> assertThat(told).startsWith("NV_GPU_CC_DRIVER_GB102_570.86.10:"));
    assertThat(claims(blackwell, NvidiaForge.gpuFields()).measurements())
        .hasEntrySatisfying(
            "rim-driver", told -> assertThat(told).startsWith("NV_GPU_CC_DRIVER_GB100_570.86.10:"));

    TestAuthority ls10 = FORGE.brom.issue(FORGE.hopperLeaf("LS_10 A01 FSP FMC LF"));
    Map<Integer, Bytes> switched = NvidiaForge.switchFields();
    assertThat(claims(ls10, switched).measurements())
        .containsEntry("architecture", "LS10")
        .containsEntry("vbios-version", "96.10.5A.00.01")
        .containsEntry("fwid-reported", "no")
        .doesNotContainKeys("driver-version", "rim-driver")
        .hasEntrySatisfying(
            "rim-vbios",
            told -> assertThat(told).startsWith("NV_SWITCH_BIOS_5612_0002_890_96105A0001:"));
  }

  @Test
  void refusesSignaturesThatDoNotHold() {
    byte[] zero = GOOD.toArray();
    Arrays.fill(zero, zero.length - 96, zero.length, (byte) 0);
    assertThat(FORGE.outcome(Bytes.copyOf(zero))).isEqualTo("CRYPTO SIGNATURE");
    Bytes both = NvidiaForge.joined(NvidiaForge.request(), RESPONSE);
    assertThat(FORGE.outcome(NvidiaForge.joined(both, FORGE.leaf.sign(both, "SHA256withECDSA"))))
        .isEqualTo("CRYPTO SIGNATURE");
    assertThat(
            FORGE.outcome(NvidiaForge.joined(both, FORGE.leaf.sign(RESPONSE, "SHA384withECDSA"))))
        .isEqualTo("CRYPTO SIGNATURE");
    assertThat(FORGE.outcome(NvidiaForge.signed(FORGE.brom, NvidiaForge.request(), RESPONSE)))
        .isEqualTo("CRYPTO SIGNATURE");
  }

  /** Invariant 1: nothing is accepted without an anchor from configuration. */
  @Test
  void refusesRootsThatAreNotConfigured() {
    NvidiaForge stranger = new NvidiaForge();
    assertThat(stranger.outcome(GOOD, FORGE.chain())).isEqualTo("CRYPTO UNTRUSTED_ROOT");
    assertThat(
            Outcome.of(
                NvidiaVerifier.production(() -> CollateralStore.EMPTY)
                    .verify(NvidiaForge.evidence(GOOD, FORGE.chain()), NvidiaForge.NOW)))
        .isEqualTo("CRYPTO UNTRUSTED_ROOT");
    NvidiaVerifier none =
        new NvidiaVerifier(
            Anchors.of(List.of()), Anchors.of(List.of()), () -> CollateralStore.EMPTY);
    assertThat(Outcome.of(none.verify(NvidiaForge.evidence(GOOD, FORGE.chain()), NvidiaForge.NOW)))
        .isEqualTo("CRYPTO UNTRUSTED_ROOT");
  }

  /** Invariant 21: one device's report does not go with another's certificates. */
  @Test
  void refusesChainsThatDoNotLinkOrAreOfAnotherDevice() {
    assertThat(chained(FORGE.root)).isEqualTo("CRYPTO CHAIN");
    assertThat(chained(FORGE.leaf, FORGE.brom, FORGE.identity, FORGE.root))
        .isEqualTo("CRYPTO CHAIN");
    assertThat(chained(FORGE.brom, FORGE.leaf, FORGE.provisioner, FORGE.identity, FORGE.root))
        .startsWith("CRYPTO");
    assertThat(chained(FORGE.leaf, FORGE.brom, FORGE.provisioner, FORGE.identity))
        .isEqualTo("CRYPTO UNTRUSTED_ROOT");
    TestAuthority twin = FORGE.brom.issue(FORGE.hopperLeaf("GH100 A01 GSP FMC LF"));
    assertThat(chained(twin, FORGE.brom, FORGE.provisioner, FORGE.identity, FORGE.root))
        .isEqualTo("CRYPTO SIGNATURE");
  }

  @Test
  void refusesLeavesThatAreNotOfAFirmwaresKey() {
    assertThat(chained(FORGE.brom, FORGE.provisioner, FORGE.identity, FORGE.root))
        .isEqualTo("CRYPTO FWID");
    assertThat(
            FORGE.outcome(
                NvidiaForge.signed(FORGE.brom, NvidiaForge.request(), RESPONSE),
                FORGE.chain(FORGE.brom, FORGE.provisioner, FORGE.identity, FORGE.root)))
        .isEqualTo("ENDORSEMENT FWID");
    assertThat(outcome(NvidiaForge.named("GH100 A01 GSP FMC LF").leaf()))
        .isEqualTo("ENDORSEMENT FWID");
  }

  @Test
  void refusesLeavesForSomethingElseOrOfUnknownDevices() {
    String name = "GH100 A01 GSP FMC LF";
    assertThat(outcome(FORGE.hopperLeaf(name).usage(-1))).isEqualTo("CRYPTO KEY_USAGE");
    assertThat(outcome(FORGE.hopperLeaf(name).usage(KeyUsage.keyAgreement)))
        .isEqualTo("CRYPTO KEY_USAGE");
    assertThat(outcome(FORGE.hopperLeaf(name).authority(true))).isEqualTo("CRYPTO KEY_USAGE");
    assertThat(outcome(FORGE.hopperLeaf(name).authority(true).pathLength(0)))
        .isEqualTo("CRYPTO KEY_USAGE");
    assertThat(outcome(FORGE.hopperLeaf(name).algorithm("SHA256withECDSA")))
        .isEqualTo("CRYPTO KEY_TYPE");
    assertThat(
            outcome(FORGE.hopperLeaf(name).valid(Instant.EPOCH, NvidiaForge.NOW.minusSeconds(1))))
        .isEqualTo("CRYPTO CERT_EXPIRED");
    for (String other :
        new String[] {"GA100 A01 GSP FMC LF", "GH100", "XGH100 A01", "LS_10 A01 FSP"}) {
      assertThat(outcome(FORGE.hopperLeaf(other))).isEqualTo("ENDORSEMENT PRODUCT_MISMATCH");
    }
    assertThat(
            outcome(
                TestAuthority.named("O=NVIDIA Corporation")
                    .leaf()
                    .extension("2.23.133.5.4.1", false, FORGE.composite(NvidiaForge.FIRMWARE))))
        .isEqualTo("ENDORSEMENT PRODUCT_MISMATCH");
    assertThat(
            outcome(
                TestAuthority.named("CN=GH100 A01,CN=GH100 A02")
                    .leaf()
                    .extension("2.23.133.5.4.1", false, FORGE.composite(NvidiaForge.FIRMWARE))))
        .isEqualTo("ENDORSEMENT PRODUCT_MISMATCH");
  }

  /** Bouncy Castle throws on a name with a string of a type it does not know; the JDK takes it. */
  @Test
  void refusesLeavesWhoseNameCannotBeRead() throws CertificateEncodingException {
    String name = "0c" + "14" + NvidiaForge.text("GH100 A01 GSP FMC LF").hex();
    String signed = Bytes.copyOf(FORGE.leaf.certificate().getTBSCertificate()).hex();
    assertThat(signed).contains(name);
    Bytes renamed = Bytes.ofHex(signed.replace(name, "11" + name.substring(2)));
    List<Bytes> chain = new ArrayList<>(FORGE.chain());
    chain.set(0, new QuickSigner(FORGE.brom).certify(renamed));

    assertThat(FORGE.outcome(GOOD, chain)).isEqualTo("ENDORSEMENT PRODUCT_MISMATCH");
  }

  @Test
  void refusesKeysThatAreNotOnP384() {
    TestAuthority p256 =
        FORGE.brom.issue(FORGE.hopperLeaf("GH100 A01 GSP FMC LF").curve("secp256r1"));
    TestAuthority p521 =
        FORGE.brom.issue(FORGE.hopperLeaf("GH100 A01 GSP FMC LF").curve("secp521r1"));
    for (TestAuthority other : List.of(p256, p521)) {
      assertThat(chained(other, FORGE.brom, FORGE.provisioner, FORGE.identity, FORGE.root))
          .isEqualTo("CRYPTO KEY_TYPE");
    }
  }

  @Test
  void refusesEveryTruncationAndAByteMore() {
    byte[] good = GOOD.toArray();
    for (int length = 0; length < good.length; length++) {
      assertThat(FORGE.outcome(Bytes.copyOf(Arrays.copyOf(good, length))))
          .as("length %d", length)
          .isEqualTo("PARSE LENGTH");
    }
    assertThat(FORGE.outcome(NvidiaForge.joined(GOOD, Bytes.ofHex("00"))))
        .isEqualTo("PARSE TRAILING");
    assertThat(FORGE.outcome(NvidiaForge.filled(Evidence.BODY_LIMIT_BYTES + 1, 0x11)))
        .isEqualTo("PARSE LENGTH");
  }

  private static String chained(TestAuthority... leafFirst) {
    return FORGE.outcome(GOOD, FORGE.chain(leafFirst));
  }

  private static String outcome(TestAuthority.Wish wish) {
    return outcome(FORGE.brom.issue(wish), NvidiaForge.gpuFields());
  }

  private static String outcome(TestAuthority leaf, Map<Integer, Bytes> fields) {
    return FORGE.outcome(report(leaf, fields), chain(leaf));
  }

  private static VerifiedClaims claims(TestAuthority leaf, Map<Integer, Bytes> fields) {
    return FORGE.claims(CollateralStore.EMPTY, report(leaf, fields), chain(leaf));
  }

  private static Bytes report(TestAuthority leaf, Map<Integer, Bytes> fields) {
    return NvidiaForge.signed(
        leaf,
        NvidiaForge.request(),
        NvidiaForge.response(8, NvidiaForge.blocks(), NvidiaForge.opaque(fields)));
  }

  private static List<Bytes> chain(TestAuthority leaf) {
    return FORGE.chain(leaf, FORGE.brom, FORGE.provisioner, FORGE.identity, FORGE.root);
  }
}
