package dev.hanse.attestation.nitro;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.hostile.Outcome;
import dev.hanse.attestation.hostile.TestAuthority;
import dev.hanse.attestation.x509.Anchors;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

/** Chains of documents, each broken in one way. */
class NitroChainTest {
  private static final NitroForge FORGE = new NitroForge();
  private static final Bytes GOOD = FORGE.good();
  private static final Bytes EMPTY_MAP = Cbor.map(Map.of());

  /** Invariant 1 of the reference: nothing is accepted without an anchor from configuration. */
  @Test
  void refusesRootsThatAreNotConfigured() {
    NitroForge stranger = new NitroForge();

    assertThat(Outcome.of(stranger.verifier.verify(NitroForge.evidence(GOOD), NitroForge.NOW)))
        .isEqualTo("CRYPTO UNTRUSTED_ROOT");
    assertThat(
            Outcome.of(
                new NitroVerifier(Anchors.of(List.of()))
                    .verify(NitroForge.evidence(GOOD), NitroForge.NOW)))
        .isEqualTo("CRYPTO UNTRUSTED_ROOT");
    assertThat(
            Outcome.of(
                NitroVerifier.production().verify(NitroForge.evidence(GOOD), NitroForge.NOW)))
        .isEqualTo("CRYPTO UNTRUSTED_ROOT");
    assertThat(outcome(FORGE.document(FORGE.with("cabundle", NitroForge.bundle(FORGE.zone)))))
        .isEqualTo("CRYPTO UNTRUSTED_ROOT");
  }

  @Test
  void refusesChainsThatDoNotLink() {
    TestAuthority other = FORGE.root.issue(TestAuthority.named("CN=other"));
    TestAuthority sameName = FORGE.root.issue(TestAuthority.named("CN=zone.aws.nitro-enclaves"));

    assertThat(bundled(FORGE.root)).isEqualTo("CRYPTO CHAIN");
    assertThat(bundled(FORGE.root, other)).isEqualTo("CRYPTO CHAIN");
    assertThat(bundled(FORGE.root, sameName)).isEqualTo("CRYPTO SIGNATURE");
    assertThat(bundled(FORGE.zone, FORGE.root)).startsWith("CRYPTO");
    assertThat(outcome(FORGE.document(FORGE.with("certificate", Cbor.bytes(Bytes.ofHex("3000"))))))
        .isEqualTo("PARSE STRUCTURE");
    assertThat(
            outcome(
                FORGE.document(
                    FORGE.with(
                        "cabundle",
                        Cbor.array(
                            List.of(
                                Cbor.bytes(FORGE.root.der()), Cbor.bytes(Bytes.ofHex("00"))))))))
        .isEqualTo("PARSE STRUCTURE");
  }

  @Test
  void refusesCertificatesOutsideTheirTime() {
    assertThat(outcome(GOOD, NitroForge.LEAF_FROM)).isEqualTo(Outcome.OK);
    assertThat(outcome(GOOD, NitroForge.LEAF_TO)).isEqualTo(Outcome.OK);
    assertThat(outcome(GOOD, NitroForge.LEAF_FROM.minusMillis(1)))
        .isEqualTo("CRYPTO CERT_NOT_YET_VALID");
    assertThat(outcome(GOOD, NitroForge.LEAF_TO.plusMillis(1))).isEqualTo("CRYPTO CERT_EXPIRED");

    TestAuthority expired =
        FORGE.root.issue(
            TestAuthority.named("CN=zone")
                .valid(
                    Instant.parse("2022-01-01T00:00:00Z"), Instant.parse("2026-05-01T00:00:00Z")));
    TestAuthority leaf = expired.issue(NitroForge.leafWish());
    assertThat(outcome(under(leaf, FORGE.root, expired))).isEqualTo("CRYPTO CERT_EXPIRED");
  }

  @Test
  void refusesLeavesThatAreForSomethingElse() {
    assertThat(signedBy(NitroForge.leafWish().usage(KeyUsage.keyAgreement)))
        .isEqualTo("CRYPTO KEY_USAGE");
    assertThat(signedBy(NitroForge.leafWish().usage(-1))).isEqualTo("CRYPTO KEY_USAGE");
    assertThat(
            signedBy(NitroForge.leafWish().usage(KeyUsage.digitalSignature | KeyUsage.keyCertSign)))
        .isEqualTo("CRYPTO KEY_USAGE");
    assertThat(signedBy(NitroForge.leafWish().authority(true))).isEqualTo("CRYPTO KEY_USAGE");
    assertThat(signedBy(NitroForge.leafWish().authority(true).pathLength(0)))
        .isEqualTo("CRYPTO KEY_USAGE");
    assertThat(signedBy(NitroForge.leafWish().extension("1.2.3.4", true, Bytes.ofHex("0500"))))
        .isEqualTo("CRYPTO CHAIN");
    assertThat(signedBy(NitroForge.leafWish().extension("1.2.3.4", false, Bytes.ofHex("0500"))))
        .isEqualTo(Outcome.OK);
  }

  @Test
  void refusesKeysAndAlgorithmsOtherThanP384WithSha384() {
    assertThat(signedBy(NitroForge.leafWish().algorithm("SHA256withECDSA")))
        .isEqualTo("CRYPTO KEY_TYPE");
    assertThat(signedBy(NitroForge.leafWish().algorithm("SHA512withECDSA")))
        .isEqualTo("CRYPTO KEY_TYPE");
    assertThat(signedBy(NitroForge.leafWish().curve("secp256r1"))).startsWith("PARSE SIG_LENGTH");
    TestAuthority p256 = FORGE.zone.issue(NitroForge.leafWish().curve("secp256r1"));
    Bytes payload = NitroForge.payload(FORGE.with("certificate", Cbor.bytes(p256.der())));
    assertThat(
            outcome(
                NitroForge.cose(NitroForge.ES384, EMPTY_MAP, payload, NitroForge.filled(96, 1))))
        .isEqualTo("CRYPTO KEY_TYPE");
    TestAuthority weak = FORGE.root.issue(TestAuthority.named("CN=weak").curve("secp256r1"));
    TestAuthority leaf = weak.issue(NitroForge.leafWish());
    assertThat(outcome(under(leaf, FORGE.root, weak))).isEqualTo("CRYPTO KEY_TYPE");
  }

  @Test
  void refusesAuthoritiesThatMayNotIssue() {
    TestAuthority noAuthority = FORGE.root.issue(TestAuthority.named("CN=zone").authority(false));
    assertThat(outcome(under(noAuthority.issue(NitroForge.leafWish()), FORGE.root, noAuthority)))
        .isEqualTo("CRYPTO KEY_USAGE");
    TestAuthority last = FORGE.root.issue(TestAuthority.named("CN=last").pathLength(0));
    TestAuthority below = last.issue(TestAuthority.named("CN=below"));
    assertThat(outcome(under(below.issue(NitroForge.leafWish()), FORGE.root, last, below)))
        .isEqualTo("CRYPTO CHAIN");
  }

  @Test
  void takesAChainOfEightCertificates() {
    List<TestAuthority> authorities = new ArrayList<>(List.of(FORGE.root));
    for (int i = 1; i < 7; i++) {
      authorities.add(authorities.getLast().issue(TestAuthority.named("CN=level " + i)));
    }
    TestAuthority leaf = authorities.getLast().issue(NitroForge.leafWish());

    assertThat(outcome(under(leaf, authorities.toArray(TestAuthority[]::new))))
        .isEqualTo(Outcome.OK);
  }

  private static String bundled(TestAuthority... rootFirst) {
    return outcome(FORGE.document(FORGE.with("cabundle", NitroForge.bundle(rootFirst))));
  }

  private static Bytes under(TestAuthority leaf, TestAuthority... rootFirst) {
    Map<String, Bytes> fields = FORGE.with("certificate", Cbor.bytes(leaf.der()));
    fields.put("cabundle", NitroForge.bundle(rootFirst));
    return NitroForge.document(leaf, NitroForge.payload(fields));
  }

  private static String signedBy(TestAuthority.Wish leaf) {
    return outcome(under(FORGE.zone.issue(leaf), FORGE.root, FORGE.zone));
  }

  private static String outcome(Bytes document) {
    return outcome(document, NitroForge.NOW);
  }

  private static String outcome(Bytes document, Instant at) {
    return Outcome.of(FORGE.verifier.verify(NitroForge.evidence(document), at));
  }
}
