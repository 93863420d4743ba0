package dev.hanse.attestation.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Enumerated;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

class RevocationListTest {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  private static final KeyPair KEYS = TestKeys.ec("secp384r1");
  private static final Set<String> ALGORITHMS = Set.of("1.2.840.10045.4.3.3");

  private final X509Certificate issuer =
      issuerForge().usage(KeyUsage.cRLSign).selfSigned(KEYS, Scheme.ECDSA_SHA384);

  @Test
  void saysWhatIsRevokedAndUntilWhen() throws Rejection {
    RevocationList list = verify(forge().revoke(3).revoke(9).signedBy(KEYS, Scheme.ECDSA_SHA384));

    assertThat(list.revokes(numbered(3))).isTrue();
    assertThat(list.revokes(numbered(9))).isTrue();
    assertThat(list.revokes(numbered(4))).isFalse();
    assertThat(list.thisUpdate()).isEqualTo(RevocationForge.THIS_UPDATE);
    assertThat(list.nextUpdate()).isEqualTo(RevocationForge.NEXT_UPDATE);
    assertThat(verify(forge().signedBy(KEYS, Scheme.ECDSA_SHA384)).revokes(numbered(3))).isFalse();
  }

  @Test
  void refusesAListOfAnotherIssuer() {
    refused(
        Reason.CRL_ISSUER,
        new RevocationForge("CN=Other").signedBy(KEYS, Scheme.ECDSA_SHA384),
        issuer,
        NOW);
  }

  @Test
  void refusesAnIssuerThatMayNotSignLists() throws Rejection {
    Bytes list = forge().signedBy(KEYS, Scheme.ECDSA_SHA384);
    X509Certificate other =
        issuerForge().usage(KeyUsage.keyCertSign).selfSigned(KEYS, Scheme.ECDSA_SHA384);
    X509Certificate unreadable =
        issuerForge()
            .extension("2.5.29.15", false, new byte[] {9})
            .selfSigned(KEYS, Scheme.ECDSA_SHA384);
    X509Certificate silent = issuerForge().selfSigned(KEYS, Scheme.ECDSA_SHA384);

    refused(Reason.CRL_ISSUER, list, other, NOW);
    refused(Reason.CRL_ISSUER, list, unreadable, NOW);
    assertThat(RevocationList.verify(list, silent, NOW, ALGORITHMS).revokes(numbered(1))).isFalse();
  }

  @Test
  void refusesSignaturesThatDoNotHoldOrAreOfAnotherKind() {
    KeyPair others = TestKeys.ec("secp384r1");

    refused(Reason.CRL_SIGNATURE, forge().signedBy(others, Scheme.ECDSA_SHA384));
    refused(Reason.CRL_SIGNATURE, forge().signedBy(KEYS, Scheme.ECDSA_SHA256));
    refused(Reason.CRL_SIGNATURE, forge().signedBy(KEYS, Scheme.ECDSA_SHA256, Scheme.ECDSA_SHA384));
  }

  @Test
  void takesRsaPssInOneStrengthOnly() throws Rejection {
    KeyPair rsa = TestKeys.rsa4096(0);
    X509Certificate signer = new CertificateForge("CN=Issuer", rsa).selfSigned(rsa, Scheme.PSS);
    Set<String> pss = Set.of(Chain.RSASSA_PSS);

    for (Scheme good : new Scheme[] {Scheme.PSS, Scheme.PSS_WITH_TRAILER}) {
      assertThat(RevocationList.verify(forge().signedBy(rsa, good), signer, NOW, pss).nextUpdate())
          .isEqualTo(RevocationForge.NEXT_UPDATE);
    }
    for (Scheme weak : new Scheme[] {Scheme.PSS_SHA256, Scheme.PSS_SHORT_SALT}) {
      Rejection rejection =
          catchThrowableOfType(
              Rejection.class,
              () -> RevocationList.verify(forge().signedBy(rsa, weak), signer, NOW, pss));
      assertThat(rejection.refusal().reason()).isEqualTo(Reason.CRL_SIGNATURE);
    }
  }

  @Test
  void holdsAListToItsTime() throws Rejection {
    Instant from = NOW.minusSeconds(60);
    Instant until = NOW.plusSeconds(60);
    Bytes list = forge().current(from, until).signedBy(KEYS, Scheme.ECDSA_SHA384);

    assertThat(RevocationList.verify(list, issuer, from, ALGORITHMS).nextUpdate()).isEqualTo(until);
    assertThat(RevocationList.verify(list, issuer, until, ALGORITHMS).nextUpdate())
        .isEqualTo(until);
    refused(Reason.CRL_NOT_YET_VALID, list, issuer, from.minusMillis(1));
    refused(Reason.CRL_EXPIRED, list, issuer, until.plusMillis(1));
  }

  @Test
  void refusesAListThatDoesNotSayUntilWhen() {
    refused(
        Reason.CRL_EXPIRED,
        forge().current(RevocationForge.THIS_UPDATE, null).signedBy(KEYS, Scheme.ECDSA_SHA384));
  }

  @Test
  void refusesListsThatArePartialIndirectOrNotUnderstood() throws Rejection {
    Extension delta = extension("2.5.29.27", true, new ASN1Integer(1));
    Extension reason = extension("2.5.29.21", false, new ASN1Enumerated(1));

    refused(Reason.CRL_SIGNATURE, forge().extension(delta).signedBy(KEYS, Scheme.ECDSA_SHA384));
    refused(
        Reason.CRL_SIGNATURE,
        forge()
            .extension(extension("1.2.3.4", true, new ASN1Integer(1)))
            .signedBy(KEYS, Scheme.ECDSA_SHA384));
    refused(
        Reason.CRL_SIGNATURE,
        forge()
            .revoke(1)
            .revoke(3, extension("1.2.3.4", true, new ASN1Integer(1)))
            .signedBy(KEYS, Scheme.ECDSA_SHA384));
    assertThat(
            verify(
                    forge()
                        .extension(extension("1.2.3.4", false, new ASN1Integer(1)))
                        .revoke(3, reason)
                        .signedBy(KEYS, Scheme.ECDSA_SHA384))
                .revokes(numbered(3)))
        .isTrue();
  }

  @Test
  void readsItsNumber() throws Rejection {
    Bytes numbered =
        forge()
            .extension(extension("2.5.29.20", false, new ASN1Integer(77)))
            .signedBy(KEYS, Scheme.ECDSA_SHA384);
    Bytes broken =
        forge()
            .extension(extension("2.5.29.20", false, new ASN1Enumerated(77)))
            .signedBy(KEYS, Scheme.ECDSA_SHA384);

    assertThat(verify(numbered).number()).contains(BigInteger.valueOf(77));
    assertThat(verify(forge().signedBy(KEYS, Scheme.ECDSA_SHA384)).number()).isEmpty();
    refused(Reason.CRL_SIGNATURE, broken);
  }

  @Test
  void takesNoNumberOfMoreBitsThanOneMayHave() throws Rejection {
    BigInteger most = BigInteger.ONE.shiftLeft(160).subtract(BigInteger.ONE);

    assertThat(verify(numbered(most)).number()).contains(most);
    assertThat(verify(numbered(BigInteger.ZERO)).number()).contains(BigInteger.ZERO);
    assertThat(verify(numbered(most.add(BigInteger.ONE))).number()).isEmpty();
    assertThat(verify(numbered(BigInteger.ONE.negate())).number()).isEmpty();
  }

  private static Bytes numbered(BigInteger number) {
    return forge()
        .extension(extension("2.5.29.20", false, new ASN1Integer(number)))
        .signedBy(KEYS, Scheme.ECDSA_SHA384);
  }

  @Test
  void refusesListsThatNestTooDeepBeforeAnyParserSeesThem() {
    Bytes deep =
        Bytes.ofHex("3022301E301C301A30183016301430123010300E300C300A3008300630043002300030003000");
    Rejection rejection =
        catchThrowableOfType(
            Rejection.class, () -> RevocationList.verify(deep, issuer, NOW, ALGORITHMS));

    assertThat(rejection.refusal().detail()).contains("not DER");
  }

  @Test
  void refusesWhatIsNoListOrTooLarge() {
    byte[] good = forge().signedBy(KEYS, Scheme.ECDSA_SHA384).toArray();

    refused(Reason.CRL_MISSING, Bytes.copyOf(new byte[0]));
    refused(Reason.CRL_MISSING, Bytes.copyOf(new byte[RevocationList.LIMIT_BYTES + 1]));
    refused(Reason.CRL_SIGNATURE, Bytes.copyOf(new byte[RevocationList.LIMIT_BYTES]));
    refused(Reason.CRL_SIGNATURE, CertificateForge.encoded(issuer));
    refused(Reason.CRL_SIGNATURE, Bytes.copyOf(Arrays.copyOf(good, good.length + 1)));
    for (int size = 1; size < good.length; size++) {
      refused(Reason.CRL_SIGNATURE, Bytes.copyOf(Arrays.copyOf(good, size)));
    }
  }

  @Test
  void refusesASignatureOfWhichBitsAreMarkedUnused() {
    byte[] list;
    do {
      list = forge().signedBy(KEYS, Scheme.ECDSA_SHA384).toArray();
    } while ((list[list.length - 1] & 1) != 0);
    // The signature is a DER sequence of under 128 bytes; the mark stands before it.
    int mark = list.length - 1;
    while (list[mark] != 0 || list[mark + 1] != 0x30 || list[mark - 2] != 3) {
      mark--;
    }
    list[mark] = 1;

    refused(Reason.CRL_SIGNATURE, Bytes.copyOf(list));
  }

  @Test
  void readsListsAsLargeAsVendorsMayMakeThem() throws Rejection {
    RevocationForge forge = forge();
    for (int serial = 1000; serial < 9000; serial++) {
      forge.revoke(serial);
    }
    Bytes list = forge.signedBy(KEYS, Scheme.ECDSA_SHA384);

    assertThat(list.size()).isGreaterThan(1 << 16);
    assertThat(verify(list).revokes(numbered(8999))).isTrue();
    assertThat(verify(list).revokes(numbered(9000))).isFalse();
  }

  private RevocationList verify(Bytes list) throws Rejection {
    return RevocationList.verify(list, issuer, NOW, ALGORITHMS);
  }

  private void refused(Reason reason, Bytes list) {
    refused(reason, list, issuer, NOW);
  }

  private static void refused(Reason reason, Bytes list, X509Certificate by, Instant at) {
    Rejection rejection =
        catchThrowableOfType(
            Rejection.class, () -> RevocationList.verify(list, by, at, ALGORITHMS));
    assertThat(rejection).isNotNull();
    assertThat(rejection.refusal().reason()).as(rejection.refusal().detail()).isEqualTo(reason);
    assertThat(rejection.refusal().stage()).isEqualTo(Stage.REVOCATION);
    assertThat(rejection.refusal().detail()).isNotBlank();
  }

  private static RevocationForge forge() {
    return new RevocationForge("CN=Issuer");
  }

  private static CertificateForge issuerForge() {
    return new CertificateForge("CN=Issuer", KEYS);
  }

  private static X509Certificate numbered(long serial) {
    return new CertificateForge("CN=Leaf", KEYS)
        .serial(serial)
        .signedBy("CN=Issuer", KEYS, Scheme.ECDSA_SHA384);
  }

  private static Extension extension(String oid, boolean critical, ASN1Encodable value) {
    return new Extension(
        new ASN1ObjectIdentifier(oid), critical, new DEROctetString(CertificateForge.der(value)));
  }
}
