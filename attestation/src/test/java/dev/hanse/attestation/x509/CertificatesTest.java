package dev.hanse.attestation.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class CertificatesTest {
  private static final KeyPair KEYS = TestKeys.ec("secp256r1");

  private final X509Certificate certificate =
      new CertificateForge("CN=One", KEYS).selfSigned(KEYS, Scheme.ECDSA_SHA256);
  private final X509Certificate other =
      new CertificateForge("CN=Two", KEYS).selfSigned(KEYS, Scheme.ECDSA_SHA256);
  private final Bytes der = CertificateForge.encoded(certificate);

  @Test
  void readsOneCertificateExactly() throws Rejection {
    assertThat(Certificates.ofDer(der)).isEqualTo(certificate);
    byte[] longer = Arrays.copyOf(der.toArray(), der.size() + 1);
    refused(Reason.STRUCTURE, () -> Certificates.ofDer(Bytes.copyOf(longer)));
    for (int size = 0; size < der.size(); size++) {
      byte[] cut = Arrays.copyOf(der.toArray(), size);
      refused(Reason.STRUCTURE, () -> Certificates.ofDer(Bytes.copyOf(cut)));
    }
  }

  @Test
  void refusesPemWhereDerIsExpected() {
    refused(Reason.STRUCTURE, () -> Certificates.ofDer(ascii(pem(der))));
  }

  @Test
  void refusesLengthsThatAreNotTheShortestOrIndefinite() {
    byte[] good = der.toArray();
    byte[] indefinite = Arrays.copyOf(good, good.length + 2);
    indefinite[1] = (byte) 0x80;
    byte[] padded = new byte[good.length + 1];
    padded[0] = 0x30;
    padded[1] = (byte) 0x83;
    System.arraycopy(good, 2, padded, 3, good.length - 2);

    refused(Reason.STRUCTURE, () -> Certificates.ofDer(Bytes.copyOf(indefinite)));
    refused(Reason.STRUCTURE, () -> Certificates.ofDer(Bytes.copyOf(padded)));
  }

  @Test
  void refusesASignatureOfWhichBitsAreMarkedUnused() {
    X509Certificate even;
    do {
      even = new CertificateForge("CN=One", KEYS).selfSigned(KEYS, Scheme.ECDSA_SHA256);
    } while ((even.getSignature()[even.getSignature().length - 1] & 1) != 0);
    byte[] marked = CertificateForge.encoded(even).toArray();
    marked[marked.length - even.getSignature().length - 1] = 1;

    refused(Reason.STRUCTURE, () -> Certificates.ofDer(Bytes.copyOf(marked)));
  }

  @Test
  void refusesCertificatesOverTheLimit() throws Rejection {
    Bytes large = filled(Certificates.LIMIT_BYTES);

    assertThat(large.size()).isEqualTo(Certificates.LIMIT_BYTES);
    assertThat(Certificates.commonName(Certificates.ofDer(large))).isEqualTo("One");
    refused(Reason.LENGTH, () -> Certificates.ofDer(filled(Certificates.LIMIT_BYTES + 1)));
  }

  @Test
  void refusesAnExtensionThatIsThereTwice() {
    Bytes twice =
        new CertificateForge("CN=One", KEYS)
            .extension("1.2.3.4", false, new byte[] {5, 0})
            .extension("1.2.3.4", false, new byte[] {5, 0})
            .derSignedBy("CN=One", KEYS, Scheme.ECDSA_SHA256, Scheme.ECDSA_SHA256);

    refused(Reason.STRUCTURE, () -> Certificates.ofDer(twice));
  }

  @Test
  void readsPemInItsOrderAndPassesOverTextAroundIt() throws Rejection {
    String both = "subject: one\n" + pem(der) + "between\n" + pem(CertificateForge.encoded(other));

    assertThat(Certificates.ofPem(ascii(both))).containsExactly(certificate, other);
    assertThat(Certificates.ofPem(ascii(both.replace("\n", "\r\n")))).hasSize(2);
    assertThat(Certificates.ofEither(ascii(both))).containsExactly(certificate, other);
    assertThat(Certificates.ofEither(ascii("0 " + both))).hasSize(2);
    assertThat(Certificates.ofEither(der)).containsExactly(certificate);
  }

  @Test
  void refusesPemWithoutAnEndOrContent() {
    refused(Reason.STRUCTURE, () -> Certificates.ofPem(ascii("")));
    refused(Reason.STRUCTURE, () -> Certificates.ofEither(ascii("")));
    refused(Reason.STRUCTURE, () -> Certificates.ofEither(ascii("0")));
    refused(Reason.STRUCTURE, () -> Certificates.ofPem(ascii("-----BEGIN CERTIFICATE-----")));
    refused(
        Reason.STRUCTURE,
        () ->
            Certificates.ofPem(
                ascii(pem(der).replace("-----END CERTIFICATE-----", "-----END-----"))));
    refused(
        Reason.STRUCTURE,
        () -> Certificates.ofPem(ascii("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----")));
    refused(
        Reason.STRUCTURE,
        () ->
            Certificates.ofPem(
                ascii("-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----")));
  }

  @Test
  void refusesPemWhoseEndSharesItsDashesWithItsBeginning() {
    refused(
        Reason.STRUCTURE,
        () -> Certificates.ofPem(ascii("-----BEGIN CERTIFICATE-----END CERTIFICATE-----\n")));
  }

  @Test
  void refusesMoreCertificatesThanAnyChainHas() throws Rejection {
    assertThat(Certificates.ofPem(ascii(pem(der).repeat(8)))).hasSize(8);
    refused(Reason.STRUCTURE, () -> Certificates.ofPem(ascii(pem(der).repeat(9))));
  }

  @Test
  void refusesPemOverTheLimit() throws Rejection {
    int limit = Certificates.LIMIT_COUNT * Certificates.LIMIT_BYTES * 2;
    String text = pem(der);

    assertThat(Certificates.ofPem(ascii(text + "x".repeat(limit - text.length())))).hasSize(1);
    refused(
        Reason.LENGTH,
        () -> Certificates.ofPem(ascii(text + "x".repeat(limit + 1 - text.length()))));
  }

  @Test
  void readsExtensionsWithoutWhatIsAroundThem() throws Rejection {
    X509Certificate with =
        new CertificateForge("CN=One", KEYS)
            .extension("1.2.3.4", false, new byte[] {1, 2, 3})
            .selfSigned(KEYS, Scheme.ECDSA_SHA256);

    assertThat(Certificates.extension(with, "1.2.3.4")).contains(Bytes.ofHex("010203"));
    assertThat(Certificates.extension(with, "1.2.3.5")).isEmpty();
  }

  @Test
  void refusesWhatNestsTooDeepBeforeAnyParserSeesIt() {
    byte[] deep = new byte[2 * 60];
    for (int at = 0; at < deep.length; at += 2) {
      deep[at] = 0x30;
      deep[at + 1] = (byte) (deep.length - at - 2);
    }

    Rejection rejection =
        catchThrowableOfType(Rejection.class, () -> Certificates.ofDer(Bytes.copyOf(deep)));

    assertThat(rejection.refusal().detail()).contains("values nest too deep");
  }

  @Test
  void takesASingleByteForNoCertificate() {
    refused(Reason.STRUCTURE, () -> Certificates.ofEither(Bytes.ofHex("30")));
    refused(Reason.STRUCTURE, () -> Certificates.ofEither(Bytes.ofHex("3081")));
  }

  @Test
  void readsEightCertificatesInPemAndNoNinth() throws Rejection {
    assertThat(Certificates.ofPem(ascii(pem(der).repeat(8)))).hasSize(8);
    refused(Reason.STRUCTURE, () -> Certificates.ofPem(ascii(pem(der).repeat(9))));
  }

  @Test
  void readsACommonNameOnlyWhereThereIsExactlyOne() {
    assertThat(commonName("C=US,CN=One,O=Two")).isEqualTo("One");
    assertThat(commonName("C=US,O=Two")).isEmpty();
    assertThat(commonName("CN=One,CN=One")).isEmpty();
    assertThat(commonName("CN=One+O=Two")).isEmpty();
  }

  @Test
  void trustsCertificatesByTheirWholeContent() {
    Anchors one = Anchors.of(List.of(certificate));
    Anchors pinned = Anchors.pinned(Set.of(Anchors.fingerprint(certificate)));

    assertThat(Anchors.fingerprint(certificate)).isEqualTo(der.sha256());
    for (Anchors anchors : new Anchors[] {one, pinned}) {
      assertThat(anchors.trusts(certificate)).isTrue();
      assertThat(anchors.trusts(other)).isFalse();
    }
    assertThat(Anchors.pinned(Set.of()).trusts(certificate)).isFalse();
  }

  private static String commonName(String subject) {
    return Certificates.commonName(
        new CertificateForge(subject, KEYS).selfSigned(KEYS, Scheme.ECDSA_SHA256));
  }

  /** A certificate of exactly that size: an extension fills it, the signature's size varies. */
  private static Bytes filled(int sizeBytes) {
    for (int filler = sizeBytes - 400; ; filler++) {
      Bytes made =
          new CertificateForge("CN=One", KEYS)
              .extension("1.2.3.4", false, new byte[filler])
              .derSignedBy("CN=One", KEYS, Scheme.ECDSA_SHA256, Scheme.ECDSA_SHA256);
      if (made.size() == sizeBytes) {
        return made;
      }
      if (made.size() > sizeBytes + 8) {
        filler = sizeBytes - 400;
      }
    }
  }

  private static void refused(Reason reason, ThrowingCallable call) {
    Rejection rejection = catchThrowableOfType(Rejection.class, call);
    assertThat(rejection).isNotNull();
    assertThat(rejection.refusal().reason()).isEqualTo(reason);
    assertThat(rejection.refusal().stage()).isEqualTo(Stage.PARSE);
    assertThat(rejection.refusal().detail()).isNotBlank();
  }

  private static String pem(Bytes der) {
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der.toArray())
        + "\n-----END CERTIFICATE-----\n";
  }

  private static Bytes ascii(String text) {
    return Bytes.copyOf(text.getBytes(StandardCharsets.US_ASCII));
  }
}
