package dev.hanse.attestation.snp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.CollateralStore;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.snp.SnpVerifier.Revocation;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.CertificateForge;
import dev.hanse.attestation.x509.RevocationForge;
import dev.hanse.attestation.x509.Scheme;
import dev.hanse.attestation.x509.TestKeys;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnpVerifierTest {
  private static final BigInteger N = CustomNamedCurves.getByName("secp384r1").getN();

  private final SnpForge forge = SnpForge.vcek(Product.MILAN);

  @ParameterizedTest
  @EnumSource
  void acceptsReportsOfEveryProductByBothKindsOfKey(Product product) {
    SnpStatement byChip = SnpForge.vcek(product).accepted();
    SnpStatement byProvider = SnpForge.vlek(product).accepted();

    assertThat(byChip.product()).isEqualTo(product);
    assertThat(byChip.reported())
        .isEqualTo(new Tcb(product == Product.TURIN ? 2 : 0, 4, 0, 0x18, 0xDB));
    assertThat(byChip.chip()).contains(byChip.report().chipId());
    assertThat(byChip.cspId()).isEmpty();
    assertThat(byProvider.chip()).isEmpty();
    assertThat(byProvider.cspId()).isEqualTo("CN=cc-test.example");
  }

  @Test
  void vouchesForWhatTheReportBindsAndForHowLong() {
    Evidence evidence = forge.evidence();

    VerifiedClaims claims = claims(forge.verifier().verify(evidence, SnpForge.NOW));

    assertThat(claims.technology()).isEqualTo("sev-snp");
    assertThat(claims.level()).isEqualTo(Level.TEE);
    assertThat(claims.bound()).isEqualTo(Map.of(Bound.REPORT_DATA, Bytes.ofHex("50".repeat(64))));
    assertThat(claims.producedAt()).isEmpty();
    assertThat(claims.endorsedUntil()).isEqualTo(RevocationForge.NEXT_UPDATE);
    assertThat(claims.evidenceDigest()).isEqualTo(evidence.digest());
  }

  @Test
  void vouchesNoLongerThanTheFirstCertificateLasts() {
    forge.leafUntil = SnpForge.NOW.plusSeconds(60);

    VerifiedClaims claims = claims(forge.verifier().verify(forge.evidence(), SnpForge.NOW));

    assertThat(claims.endorsedUntil()).isEqualTo(forge.leafUntil);
  }

  @Test
  void takesCertificatesInPemAndInDer() {
    String chain = pem(forge.issuer) + "\n" + pem(forge.root);
    Evidence evidence =
        new Evidence(
            SnpVerifier.TECHNOLOGY,
            forge.body(),
            List.of(CertificateForge.encoded(forge.leaf()), ascii(chain)));
    Evidence one =
        new Evidence(
            SnpVerifier.TECHNOLOGY, forge.body(), List.of(ascii(pem(forge.leaf()) + chain)));

    SnpForge.accepted(forge.verifier().verify(evidence, SnpForge.NOW));
    SnpForge.accepted(forge.verifier().verify(one, SnpForge.NOW));
  }

  @Test
  void refusesAnyOtherNumberOfCertificates() {
    X509Certificate leaf = forge.leaf();
    Bytes body = forge.body();

    refused(SnpForge.chained(body), Stage.CRYPTO, Reason.CHAIN);
    refused(SnpForge.chained(body, leaf), Stage.CRYPTO, Reason.CHAIN);
    refused(SnpForge.chained(body, leaf, forge.issuer), Stage.CRYPTO, Reason.CHAIN);
    refused(
        SnpForge.chained(body, leaf, forge.issuer, forge.root, forge.root),
        Stage.CRYPTO,
        Reason.CHAIN);
    refused(
        new Evidence(
            SnpVerifier.TECHNOLOGY,
            body,
            List.of(ascii(pem(leaf) + pem(forge.issuer) + pem(forge.issuer) + pem(forge.root)))),
        Stage.CRYPTO,
        Reason.CHAIN);
  }

  @Test
  void readsNoneOfMoreEntriesThanThereCanBeCertificates() {
    Bytes garbage = ascii("no certificate");
    Evidence evidence =
        new Evidence(
            SnpVerifier.TECHNOLOGY, forge.body(), List.of(garbage, garbage, garbage, garbage));

    refused(evidence, Stage.CRYPTO, Reason.CHAIN);
  }

  @Test
  void refusesCertificatesInAnotherOrder() {
    Bytes body = forge.body();
    X509Certificate leaf = forge.leaf();

    refused(
        SnpForge.chained(body, forge.issuer, leaf, forge.root),
        Stage.ENDORSEMENT,
        Reason.SIGNER_MISMATCH);
    refused(
        SnpForge.chained(body, leaf, forge.root, forge.issuer),
        Stage.CRYPTO,
        Reason.UNTRUSTED_ROOT);
  }

  @Test
  void refusesWhatIsNoCertificate() {
    Bytes garbage = ascii("no certificate");

    refused(
        new Evidence(SnpVerifier.TECHNOLOGY, forge.body(), List.of(garbage)),
        Stage.PARSE,
        Reason.STRUCTURE);
  }

  @Test
  void neverTrustsARootBecauseItCameAlong() {
    SnpVerifier trustsNobody =
        new SnpVerifier(Anchors.of(List.of()), () -> CollateralStore.EMPTY, Revocation.WHERE_KEPT);
    SnpVerifier trustsAmd = SnpVerifier.ofAmd(() -> CollateralStore.EMPTY, Revocation.REQUIRED);

    SnpForge.refused(
        trustsNobody.verify(forge.evidence(), SnpForge.NOW), Stage.CRYPTO, Reason.UNTRUSTED_ROOT);
    SnpForge.refused(
        trustsAmd.verify(forge.evidence(), SnpForge.NOW), Stage.CRYPTO, Reason.UNTRUSTED_ROOT);
  }

  @Test
  void refusesARootOfTheRightNameWithAnotherKey() {
    KeyPair rogueKeys = TestKeys.rsa4096(3);
    String rootName = SnpForge.name("ARK-Milan");
    X509Certificate rogue =
        new CertificateForge(rootName, rogueKeys)
            .serial(0x10000)
            .authority()
            .usage(KeyUsage.keyCertSign)
            .selfSigned(rogueKeys, Scheme.PSS);
    X509Certificate issuer =
        new CertificateForge(SnpForge.name("SEV-Milan"), forge.issuerKey())
            .authority(0)
            .usage(KeyUsage.keyCertSign)
            .signedBy(rootName, rogueKeys, Scheme.PSS);

    refused(
        SnpForge.chained(forge.body(), forge.leaf(), issuer, rogue),
        Stage.CRYPTO,
        Reason.UNTRUSTED_ROOT);
    refused(
        SnpForge.chained(forge.body(), forge.leaf(), issuer, forge.root),
        Stage.CRYPTO,
        Reason.SIGNATURE);
  }

  @Test
  void refusesAChainOfTheOtherKindOfKeyOrOfAnotherProduct() {
    SnpForge byProvider = SnpForge.vlek(Product.MILAN);
    SnpForge genoa = SnpForge.vcek(Product.GENOA);

    refused(
        SnpForge.chained(forge.body(), forge.leaf(), byProvider.issuer, forge.root),
        Stage.CRYPTO,
        Reason.CHAIN);
    SnpForge.refused(
        genoa
            .verifier()
            .verify(
                SnpForge.chained(forge.body(), forge.leaf(), genoa.issuer, genoa.root),
                SnpForge.NOW),
        Stage.CRYPTO,
        Reason.CHAIN);
  }

  @Test
  void refusesALeafWhoseNameIsNotOfTheIssuersKind() {
    SnpForge chipUnderProvider = SnpForge.vlek(Product.MILAN);
    chipUnderProvider.leafName = SnpForge.name("SEV-VCEK");
    chipUnderProvider.put(0x48, 0, 4);
    SnpForge providerUnderChip = SnpForge.vcek(Product.MILAN);
    providerUnderChip.leafName = SnpForge.name("SEV-VLEK");
    providerUnderChip.put(0x48, 4, 4);

    chipUnderProvider.refused(Stage.ENDORSEMENT, Reason.SIGNER_MISMATCH);
    providerUnderChip.refused(Stage.ENDORSEMENT, Reason.SIGNER_MISMATCH);
  }

  @Test
  void refusesAKindOfKeyTheReportDoesNotName() {
    forge.put(0x48, 4, 4).refused(Stage.ENDORSEMENT, Reason.SIGNER_MISMATCH);
    SnpForge.vlek(Product.TURIN).put(0x48, 0, 4).refused(Stage.ENDORSEMENT, Reason.SIGNER_MISMATCH);
  }

  @Test
  void tellsTheKindOfKeyBeforeAnySignatureIsTrusted() {
    byte[] body = forge.body().toArray();
    body[0x48] = 4;

    refused(forge.evidence(Bytes.copyOf(body)), Stage.ENDORSEMENT, Reason.SIGNER_MISMATCH);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SEV-VCEK2", "sev-vcek", "VCEK", "SEV-VCEK,CN=SEV-VCEK"})
  void refusesLeavesOfOtherNames(String name) {
    forge.leafName = SnpForge.name(name);

    forge.refused(Stage.ENDORSEMENT, Reason.SIGNER_MISMATCH);
  }

  @Test
  void refusesARootThatIsPinnedButOfNoProductKnown() {
    KeyPair keys = forge.rootKey();
    String rootName = SnpForge.name("ARK-Venice");
    X509Certificate root =
        new CertificateForge(rootName, keys)
            .authority()
            .usage(KeyUsage.keyCertSign)
            .selfSigned(keys, Scheme.PSS);
    X509Certificate issuer = issuer("SEV-Milan", rootName);
    SnpVerifier verifier =
        new SnpVerifier(
            Anchors.of(List.of(root)), () -> CollateralStore.EMPTY, Revocation.WHERE_KEPT);

    SnpForge.refused(
        verifier.verify(SnpForge.chained(forge.body(), forge.leaf(), issuer, root), SnpForge.NOW),
        Stage.ENDORSEMENT,
        Reason.PRODUCT_MISMATCH);
  }

  @Test
  void refusesAnIssuerOfAnotherProductUnderThisRoot() {
    X509Certificate issuer = issuer("SEV-Genoa", SnpForge.name("ARK-Milan"));
    X509Certificate leaf =
        forge.leafForge().signedBy(SnpForge.name("SEV-Genoa"), forge.issuerKey(), Scheme.PSS);

    refused(
        SnpForge.chained(forge.body(), leaf, issuer, forge.root),
        Stage.ENDORSEMENT,
        Reason.SIGNER_MISMATCH);
  }

  @Test
  void refusesAReportSignedByAnotherKey() {
    forge.signingKey = TestKeys.ec("secp384r1");

    forge.refused(Stage.CRYPTO, Reason.SIGNATURE);
  }

  @Test
  void refusesNumbersOutsideTheCurvesOrder() {
    for (BigInteger bad : List.of(BigInteger.ZERO, N, N.add(BigInteger.ONE), N.shiftLeft(1))) {
      byte[] both = forge.body().toArray();
      byte[] r = both.clone();
      byte[] s = both.clone();
      SnpForge.place(both, 0x2A0, bad);
      SnpForge.place(both, 0x2E8, bad);
      SnpForge.place(r, 0x2A0, bad);
      SnpForge.place(s, 0x2E8, bad);

      for (byte[] each : List.of(both, r, s)) {
        refused(forge.evidence(Bytes.copyOf(each)), Stage.CRYPTO, Reason.SIGNATURE);
      }
    }
  }

  @Test
  void refusesNumbersThatAreTheSameModuloTheOrder() {
    byte[] body = forge.body().toArray();
    BigInteger[] numbers = forge.sign(body);
    byte[] more = body.clone();
    SnpForge.place(more, 0x2A0, numbers[0].add(N));
    SnpForge.place(more, 0x2E8, numbers[1].add(N));

    refused(forge.evidence(Bytes.copyOf(more)), Stage.CRYPTO, Reason.SIGNATURE);
  }

  @Test
  void acceptsEitherOfTheTwoSignaturesThatEcdsaAllows() {
    byte[] body = forge.body().toArray();
    BigInteger[] numbers = forge.sign(body);
    SnpForge.place(body, 0x2A0, numbers[0]);
    SnpForge.place(body, 0x2E8, N.subtract(numbers[1]));

    SnpForge.accepted(forge.verifier().verify(forge.evidence(Bytes.copyOf(body)), SnpForge.NOW));
  }

  @ParameterizedTest
  @ValueSource(strings = {"secp256r1", "secp521r1"})
  void refusesLeavesOnOtherCurves(String curve) {
    forge.leafKey = TestKeys.ec(curve);

    forge.refused(Stage.CRYPTO, Reason.KEY_TYPE);
  }

  @Test
  void refusesLeavesWithAnRsaKey() {
    forge.leafKey = TestKeys.rsa4096(3);

    forge.refused(Stage.CRYPTO, Reason.KEY_TYPE);
  }

  @Test
  void refusesLeavesOutOfTheirTime() {
    Evidence evidence = forge.evidence();

    SnpForge.accepted(forge.verifier().verify(evidence, SnpForge.NOW));
    forge.leafUntil = SnpForge.NOW.minusSeconds(1);
    forge.refused(Stage.CRYPTO, Reason.CERT_EXPIRED);
    forge.leafUntil = CertificateForge.UNTIL;
    forge.leafFrom = SnpForge.NOW.plusSeconds(1);
    forge.refused(Stage.CRYPTO, Reason.CERT_NOT_YET_VALID);
  }

  @Test
  void refusesLeavesThatAreNotForSigningReports() {
    X509Certificate authority = signed(forge.leafForge().authority());
    X509Certificate overNone = signed(forge.leafForge().authority(0));
    X509Certificate other = signed(forge.leafForge().usage(KeyUsage.keyAgreement));
    X509Certificate right = signed(forge.leafForge().usage(KeyUsage.digitalSignature));

    refused(with(authority), Stage.CRYPTO, Reason.KEY_USAGE);
    refused(with(overNone), Stage.CRYPTO, Reason.KEY_USAGE);
    refused(with(other), Stage.CRYPTO, Reason.KEY_USAGE);
    SnpForge.accepted(forge.verifier().verify(with(right), SnpForge.NOW));
  }

  private void refused(Evidence evidence, Stage stage, Reason reason) {
    SnpForge.refused(forge.verifier().verify(evidence, SnpForge.NOW), stage, reason);
  }

  private X509Certificate issuer(String commonName, String rootName) {
    return new CertificateForge(SnpForge.name(commonName), forge.issuerKey())
        .authority(0)
        .usage(KeyUsage.keyCertSign)
        .signedBy(rootName, forge.rootKey(), Scheme.PSS);
  }

  private X509Certificate signed(CertificateForge leaf) {
    return leaf.signedBy(SnpForge.name("SEV-Milan"), forge.issuerKey(), Scheme.PSS);
  }

  private Evidence with(X509Certificate leaf) {
    return SnpForge.chained(forge.body(), leaf, forge.issuer, forge.root);
  }

  private static VerifiedClaims claims(Verification verification) {
    SnpForge.accepted(verification);
    return ((Verification.Verified) verification).claims();
  }

  private static String pem(X509Certificate certificate) {
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder().encodeToString(CertificateForge.encoded(certificate).toArray())
        + "\n-----END CERTIFICATE-----\n";
  }

  private static Bytes ascii(String text) {
    return Bytes.copyOf(text.getBytes(StandardCharsets.US_ASCII));
  }
}
