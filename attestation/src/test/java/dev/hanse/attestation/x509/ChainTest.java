package dev.hanse.attestation.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.junit.jupiter.api.Test;

class ChainTest {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  private static final KeyPair ROOT = TestKeys.ec("secp384r1");
  private static final KeyPair MIDDLE = TestKeys.ec("secp384r1");
  private static final KeyPair LEAF = TestKeys.ec("secp384r1");
  private static final Chain.Profile PROFILE = Chain.Profile.signedBy("1.2.840.10045.4.3.3");

  private final X509Certificate root = root().selfSigned(ROOT, Scheme.ECDSA_SHA384);
  private final X509Certificate middle = middle().signedBy("CN=Root", ROOT, Scheme.ECDSA_SHA384);
  private final X509Certificate leaf = byMiddle(leafForge());

  @Test
  void followsAPathToItsAnchor() throws Rejection {
    Chain chain = verify(leaf, middle, root);

    assertThat(chain.leaf()).isEqualTo(leaf);
    assertThat(chain.path()).containsExactly(leaf, middle, root);
    assertThat(chain.validUntil()).isEqualTo(CertificateForge.UNTIL);
  }

  @Test
  void isValidUntilItsFirstCertificateExpires() throws Rejection {
    Instant soon = NOW.plusSeconds(90);
    X509Certificate brief =
        middle().valid(CertificateForge.FROM, soon).signedBy("CN=Root", ROOT, Scheme.ECDSA_SHA384);

    assertThat(verify(leaf, brief, root).validUntil()).isEqualTo(soon);
  }

  @Test
  void refusesPathsOfNoOrTooManyCertificates() throws Rejection {
    refused(Reason.CHAIN);
    refused(Reason.CHAIN, root);
    List<X509Certificate> path = new ArrayList<>(List.of(root));
    for (int i = 1; i < 8; i++) {
      path.addFirst(
          new CertificateForge("CN=Root", ROOT).authority().selfSigned(ROOT, Scheme.ECDSA_SHA384));
    }
    assertThat(verify(path.toArray(new X509Certificate[0])).path()).hasSize(8);
    path.addFirst(path.getFirst());
    refused(Reason.CHAIN, path.toArray(new X509Certificate[0]));
    assertThat(verify(byRoot(leafForge()), root).path()).hasSize(2);
  }

  @Test
  void refusesRootsThatAreNotConfigured() {
    X509Certificate twin = root().serial(7).selfSigned(ROOT, Scheme.ECDSA_SHA384);

    refused(Reason.UNTRUSTED_ROOT, leaf, middle, twin);
    refused(Reason.UNTRUSTED_ROOT, leaf, middle);
    refused(Reason.UNTRUSTED_ROOT, root, middle, leaf);
  }

  @Test
  void refusesARootThatDidNotSignItself() {
    KeyPair other = TestKeys.ec("secp384r1");
    X509Certificate crossSigned = root().signedBy("CN=Root", other, Scheme.ECDSA_SHA384);
    X509Certificate issuedByAnother = root().signedBy("CN=Other", ROOT, Scheme.ECDSA_SHA384);

    refusedUnder(crossSigned, Reason.SIGNATURE, leaf, middle, crossSigned);
    refusedUnder(issuedByAnother, Reason.CHAIN, leaf, middle, issuedByAnother);
  }

  @Test
  void refusesAnIssuerOfAnotherName() {
    X509Certificate other =
        new CertificateForge("CN=Middle 2", MIDDLE)
            .authority(0)
            .signedBy("CN=Root", ROOT, Scheme.ECDSA_SHA384);

    refused(Reason.CHAIN, leaf, other, root);
    refused(Reason.CHAIN, leaf, root);
    refused(Reason.CHAIN, middle, leaf, root);
  }

  @Test
  void refusesAnIssuerOfTheSameNameWithAnotherKey() {
    X509Certificate rogue =
        leafForge().signedBy("CN=Middle", TestKeys.ec("secp384r1"), Scheme.ECDSA_SHA384);

    refused(Reason.SIGNATURE, rogue, middle, root);
  }

  @Test
  void refusesAuthoritiesThatAreNone() {
    refused(Reason.KEY_USAGE, leaf, byRoot(new CertificateForge("CN=Middle", MIDDLE)), root);
    refused(
        Reason.KEY_USAGE,
        leaf,
        byRoot(
            new CertificateForge("CN=Middle", MIDDLE)
                .authority(0)
                .usage(KeyUsage.digitalSignature | KeyUsage.cRLSign)),
        root);
    // CA:FALSE, stated.
    refused(
        Reason.KEY_USAGE,
        leaf,
        byRoot(
            new CertificateForge("CN=Middle", MIDDLE)
                .extension("2.5.29.19", true, new byte[] {0x30, 0})),
        root);
  }

  @Test
  void takesAuthoritiesWithoutKeyUsageButNoneWithAnUnreadableOne() throws Rejection {
    X509Certificate silent = byRoot(new CertificateForge("CN=Middle", MIDDLE).authority(0));
    X509Certificate unreadable =
        byRoot(
            new CertificateForge("CN=Middle", MIDDLE)
                .authority(0)
                .extension("2.5.29.15", false, new byte[] {1, 2, 3}));

    verify(leaf, silent, root);
    refused(Reason.KEY_USAGE, leaf, unreadable, root);
    assertThat(Chain.mayUse(silent, 0)).isTrue();
    assertThat(Chain.mayUse(unreadable, 0)).isFalse();
    assertThat(Chain.mayUse(middle, 5)).isTrue();
    assertThat(Chain.mayUse(middle, 0)).isFalse();
  }

  @Test
  void holdsPathsToTheLengthTheirAuthoritiesAllow() throws Rejection {
    KeyPair lowest = TestKeys.ec("secp384r1");
    X509Certificate below =
        new CertificateForge("CN=Lowest", lowest)
            .authority(0)
            .signedBy("CN=Middle", MIDDLE, Scheme.ECDSA_SHA384);
    X509Certificate deep = leafForge().signedBy("CN=Lowest", lowest, Scheme.ECDSA_SHA384);
    X509Certificate allowsOne = byRoot(new CertificateForge("CN=Middle", MIDDLE).authority(1));

    refused(Reason.CHAIN, deep, below, middle, root);
    verify(deep, below, allowsOne, root);
    X509Certificate narrowRoot =
        new CertificateForge("CN=Root", ROOT).authority(1).selfSigned(ROOT, Scheme.ECDSA_SHA384);
    refusedUnder(narrowRoot, Reason.CHAIN, deep, below, allowsOne, narrowRoot);
    Chain.verify(List.of(leaf, middle, narrowRoot), Anchors.of(List.of(narrowRoot)), NOW, PROFILE);
  }

  @Test
  void holdsEveryCertificateToItsTime() throws Rejection {
    for (boolean ofLeaf : new boolean[] {true, false}) {
      Instant from = NOW.minusSeconds(60);
      Instant until = NOW.plusSeconds(60);
      X509Certificate brief =
          ofLeaf ? byMiddle(leafForge().valid(from, until)) : byRoot(middle().valid(from, until));
      X509Certificate[] path = {ofLeaf ? brief : leaf, ofLeaf ? middle : brief, root};

      verifyAt(from, path);
      verifyAt(until, path);
      refusedAt(from.minusMillis(1), Reason.CERT_NOT_YET_VALID, path);
      refusedAt(until.plusMillis(1), Reason.CERT_EXPIRED, path);
    }
    refusedAt(CertificateForge.UNTIL.plusSeconds(1), Reason.CERT_EXPIRED, leaf, middle, root);
  }

  @Test
  void refusesAlgorithmsThatAreNotTheProfiles() {
    refused(
        Reason.KEY_TYPE,
        leafForge().signedBy("CN=Middle", MIDDLE, Scheme.ECDSA_SHA256),
        middle,
        root);
    refused(Reason.KEY_TYPE, leaf, middle().signedBy("CN=Root", ROOT, Scheme.ECDSA_SHA256), root);
  }

  @Test
  void refusesCertificatesThatStateAnotherAlgorithmThanTheySigned() {
    Bytes der =
        leafForge().derSignedBy("CN=Middle", MIDDLE, Scheme.ECDSA_SHA256, Scheme.ECDSA_SHA384);

    Rejection rejection = catchThrowableOfType(Rejection.class, () -> Certificates.ofDer(der));

    assertThat(rejection.refusal().reason()).isEqualTo(Reason.STRUCTURE);
  }

  @Test
  void refusesKeysThatAreTooShortOrTooLong() throws Rejection {
    Chain.Profile p384 = new Chain.Profile(PROFILE.signatureAlgorithms(), Set.of(), 2048, 384);
    X509Certificate p256 = byMiddle(new CertificateForge("CN=Leaf", TestKeys.ec("secp256r1")));

    verify(p256, middle, root);
    refusedBy(p384, Reason.KEY_TYPE, p256, middle, root);
    assertThat(
            Chain.verify(List.of(leaf, middle, root), Anchors.of(List.of(root)), NOW, p384).leaf())
        .isEqualTo(leaf);
    verify(byMiddle(new CertificateForge("CN=Leaf", TestKeys.rsa(2048))), middle, root);
    refused(
        Reason.KEY_TYPE,
        byMiddle(new CertificateForge("CN=Leaf", TestKeys.rsa(2040))),
        middle,
        root);
    verify(byMiddle(new CertificateForge("CN=Leaf", rsaSpki(8192))), middle, root);
    refused(
        Reason.KEY_TYPE, byMiddle(new CertificateForge("CN=Leaf", rsaSpki(8200))), middle, root);
  }

  @Test
  void refusesKeysOfOtherKinds() throws GeneralSecurityException {
    KeyPair edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();

    refused(Reason.KEY_TYPE, byMiddle(new CertificateForge("CN=Leaf", edwards)), middle, root);
  }

  @Test
  void refusesCurvesThatAreSpelledOutAndCompressedPoints() {
    ECPublicKey key = (ECPublicKey) LEAF.getPublic();
    byte[] uncompressed =
        SECNamedCurves.getByName("secp384r1")
            .getCurve()
            .createPoint(key.getW().getAffineX(), key.getW().getAffineY())
            .getEncoded(false);
    byte[] compressed =
        SECNamedCurves.getByName("secp384r1")
            .getCurve()
            .createPoint(key.getW().getAffineX(), key.getW().getAffineY())
            .getEncoded(true);
    byte[] explicit = spki(SECNamedCurves.getByName("secp384r1"), uncompressed);
    byte[] named = spki(SECNamedCurves.getOID("secp384r1"), uncompressed);
    byte[] pressed = spki(SECNamedCurves.getOID("secp384r1"), compressed);

    assertThat(outcome(named)).isEqualTo("accepted");
    assertThat(outcome(explicit)).isIn("STRUCTURE", "KEY_TYPE");
    assertThat(outcome(pressed)).isIn("STRUCTURE", "KEY_TYPE");
  }

  @Test
  void refusesCriticalExtensionsItDoesNotKnow() throws Rejection {
    String oid = "1.2.3.4";
    byte[] value = {5, 0};
    X509Certificate critical = byMiddle(leafForge().extension(oid, true, value));
    Chain.Profile knowing =
        new Chain.Profile(PROFILE.signatureAlgorithms(), Set.of(oid), 2048, 256);

    refused(Reason.CHAIN, critical, middle, root);
    verify(byMiddle(leafForge().extension(oid, false, value)), middle, root);
    assertThat(
            Chain.verify(List.of(critical, middle, root), Anchors.of(List.of(root)), NOW, knowing)
                .leaf())
        .isEqualTo(critical);
    refused(Reason.CHAIN, leaf, byRoot(middle().extension(oid, true, value)), root);
  }

  @Test
  void repeatsNoMoreOfANameThanALineOfIt() {
    X509Certificate loud =
        byRoot(
            new CertificateForge("CN=xxx" + ",OU=yyyyyyyyyyyyyyyyyyyyyyyyyyyyy".repeat(6), LEAF));

    assertThat(Chain.name(loud)).hasSize(120).contains("OU=yyy");
    assertThat(Chain.name(leaf)).isEqualTo("CN=Leaf");
  }

  private String outcome(byte[] spki) {
    try {
      X509Certificate certificate =
          Certificates.ofDer(
              new CertificateForge("CN=Leaf", spki)
                  .derSignedBy("CN=Middle", MIDDLE, Scheme.ECDSA_SHA384, Scheme.ECDSA_SHA384));
      verify(certificate, middle, root);
      return "accepted";
    } catch (Rejection rejection) {
      return rejection.refusal().reason().name();
    }
  }

  private static byte[] spki(ASN1Encodable curve, byte[] point) {
    return CertificateForge.der(
        new DERSequence(
            new ASN1Encodable[] {
              new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve),
              new DERBitString(point)
            }));
  }

  private static byte[] rsaSpki(int bits) {
    try {
      return KeyFactory.getInstance("RSA")
          .generatePublic(
              new RSAPublicKeySpec(
                  BigInteger.ONE.shiftLeft(bits - 1).add(BigInteger.ONE),
                  BigInteger.valueOf(65_537)))
          .getEncoded();
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static CertificateForge root() {
    return new CertificateForge("CN=Root", ROOT)
        .authority()
        .usage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
  }

  private static CertificateForge middle() {
    return new CertificateForge("CN=Middle", MIDDLE).authority(0).usage(KeyUsage.keyCertSign);
  }

  private static CertificateForge leafForge() {
    return new CertificateForge("CN=Leaf", LEAF);
  }

  private static X509Certificate byMiddle(CertificateForge forge) {
    return forge.signedBy("CN=Middle", MIDDLE, Scheme.ECDSA_SHA384);
  }

  private static X509Certificate byRoot(CertificateForge forge) {
    return forge.signedBy("CN=Root", ROOT, Scheme.ECDSA_SHA384);
  }

  private Chain verify(X509Certificate... leafFirst) throws Rejection {
    return verifyAt(NOW, leafFirst);
  }

  private Chain verifyAt(Instant at, X509Certificate... leafFirst) throws Rejection {
    return Chain.verify(List.of(leafFirst), Anchors.of(List.of(root)), at, PROFILE);
  }

  private void refused(Reason reason, X509Certificate... leafFirst) {
    refused(reason, leafFirst, root, NOW, PROFILE);
  }

  private void refusedAt(Instant at, Reason reason, X509Certificate... leafFirst) {
    refused(reason, leafFirst, root, at, PROFILE);
  }

  private void refusedBy(Chain.Profile profile, Reason reason, X509Certificate... leafFirst) {
    refused(reason, leafFirst, root, NOW, profile);
  }

  private static void refusedUnder(
      X509Certificate anchor, Reason reason, X509Certificate... leafFirst) {
    refused(reason, leafFirst, anchor, NOW, PROFILE);
  }

  private static void refused(
      Reason reason,
      X509Certificate[] leafFirst,
      X509Certificate anchor,
      Instant at,
      Chain.Profile profile) {
    Rejection rejection =
        catchThrowableOfType(
            Rejection.class,
            () -> Chain.verify(List.of(leafFirst), Anchors.of(List.of(anchor)), at, profile));
    assertThat(rejection).isNotNull();
    assertThat(rejection.refusal().reason()).as(rejection.refusal().detail()).isEqualTo(reason);
    assertThat(rejection.refusal().stage()).isEqualTo(Stage.CRYPTO);
    assertThat(rejection.refusal().detail()).isNotBlank();
  }
}
