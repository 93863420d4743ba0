package dev.hanse.attestation.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.junit.jupiter.api.Test;

class CertificateRequestTest {
  @Test
  void provesKeysOfTheThreeKinds() throws Exception {
    KeyPair p256 = Requests.ec("secp256r1");
    KeyPair p384 = Requests.ec("secp384r1");
    KeyPair ed25519 = Requests.ed25519();

    assertThat(proved(Requests.good(p256, "SHA256withECDSA")).kind())
        .isEqualTo(SubjectKey.Kind.P256);
    assertThat(proved(Requests.good(p384, "SHA384withECDSA")).kind())
        .isEqualTo(SubjectKey.Kind.P384);
    assertThat(proved(Requests.good(ed25519, "Ed25519")).kind()).isEqualTo(SubjectKey.Kind.ED25519);
    assertThat(proved(Requests.good(p256, "SHA256withECDSA")).spki())
        .isEqualTo(Bytes.copyOf(p256.getPublic().getEncoded()));
  }

  @Test
  void refusesAKeyTheSignerDoesNotHave() throws Exception {
    KeyPair claimed = Requests.ec("secp256r1");
    KeyPair held = Requests.ec("secp256r1");

    assertThat(code(Requests.signed(Requests.draft(claimed), held, "SHA256withECDSA")))
        .isEqualTo("signature-invalid");
  }

  @Test
  void refusesOtherKeys() throws Exception {
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2048);

    assertThat(code(Requests.good(rsa.generateKeyPair(), "SHA256withRSA")))
        .isEqualTo("key-unsupported");
    assertThat(code(Requests.good(Requests.ec("secp521r1"), "SHA512withECDSA")))
        .isEqualTo("key-unsupported");
    assertThat(
            code(Requests.good(KeyPairGenerator.getInstance("Ed448").generateKeyPair(), "Ed448")))
        .isEqualTo("key-unsupported");
  }

  @Test
  void refusesAnotherHashThanTheKeysOwn() throws Exception {
    assertThat(code(Requests.good(Requests.ec("secp256r1"), "SHA512withECDSA")))
        .isEqualTo("csr-invalid");
    assertThat(code(Requests.good(Requests.ec("secp384r1"), "SHA1withECDSA")))
        .isEqualTo("csr-invalid");
  }

  @Test
  void refusesEveryRequestedExtension() throws Exception {
    KeyPair key = Requests.ec("secp256r1");
    ExtensionsGenerator ca = new ExtensionsGenerator();
    ca.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    ExtensionsGenerator name = new ExtensionsGenerator();
    name.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(new GeneralName(GeneralName.dNSName, "control.eu-west.hanse.internal")));

    for (ExtensionsGenerator extensions : new ExtensionsGenerator[] {ca, name}) {
      assertThat(
              code(
                  Requests.signed(
                      Requests.draft(key)
                          .addAttribute(
                              PKCSObjectIdentifiers.pkcs_9_at_extensionRequest,
                              extensions.generate()),
                      key,
                      "SHA256withECDSA")))
          .isEqualTo("csr-invalid");
    }
  }

  @Test
  void refusesWhatIsNotOneDerRequest() throws Exception {
    byte[] good = Requests.good(Requests.ec("secp256r1"), "SHA256withECDSA").toArray();

    assertThat(code(Bytes.copyOf(new byte[0]))).isEqualTo("csr-invalid");
    assertThat(code(Bytes.copyOf(new byte[4097]))).isEqualTo("csr-invalid");
    assertThat(code(Bytes.copyOf(Arrays.copyOf(good, good.length + 1)))).isEqualTo("csr-invalid");
    for (int length = 0; length < good.length; length++) {
      assertThat(code(Bytes.copyOf(Arrays.copyOf(good, length)))).isEqualTo("csr-invalid");
    }
  }

  @Test
  void refusesDeepNestingWithoutFollowingIt() {
    byte[] deep = new byte[4096];
    for (int at = 0; at < deep.length; at += 4) {
      int inside = deep.length - at - 4;
      deep[at] = 0x30;
      deep[at + 1] = (byte) 0x82;
      deep[at + 2] = (byte) (inside >> 8);
      deep[at + 3] = (byte) inside;
    }

    assertThat(code(Bytes.copyOf(deep))).isEqualTo("csr-invalid");
    assertThat(message(Bytes.copyOf(deep))).contains("values nest too deep");
  }

  @Test
  void refusesKeysThatNestTooDeepBeforeAnyParserSeesThem() {
    byte[] deep = new byte[120];
    for (int at = 0; at < deep.length; at += 2) {
      deep[at] = 0x30;
      deep[at + 1] = (byte) (deep.length - at - 2);
    }

    assertThatThrownBy(() -> SubjectKey.read(Bytes.copyOf(deep)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("values nest too deep");
  }

  @Test
  void namesTheSizeThatIsTooLarge() throws Exception {
    assertThat(message(Bytes.copyOf(new byte[4097]))).contains("4097 bytes, 1 to 4096");
    assertThat(message(Bytes.copyOf(new byte[4096]))).doesNotContain("4096 bytes");
    assertThat(message(Bytes.copyOf(new byte[0]))).contains("0 bytes");
    assertThatThrownBy(() -> SubjectKey.read(Bytes.copyOf(new byte[257])))
        .hasMessageContaining("257 bytes is too long");
    assertThatThrownBy(() -> SubjectKey.read(Bytes.copyOf(new byte[256])))
        .hasMessageContaining("not DER");
  }

  @Test
  void namesAKeyByTheDigestOfItsOneEncoding() throws Exception {
    Bytes spki = Bytes.copyOf(Requests.ec("secp256r1").getPublic().getEncoded());

    assertThat(SubjectKey.read(spki).digest()).isEqualTo(spki.sha256());
  }

  @Test
  void everyBitFlipIsRefused() throws Exception {
    byte[] good = Requests.good(Requests.ed25519(), "Ed25519").toArray();
    for (int bit = 0; bit < good.length * Byte.SIZE; bit++) {
      byte[] flipped = good.clone();
      flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);

      assertThat(CertificateRequest.read(Bytes.copyOf(flipped)))
          .as("bit %d", bit)
          .isInstanceOf(CertificateRequest.Reading.Refused.class);
    }
  }

  @Test
  void refusesACompressedPointAndOneOffTheCurve() throws Exception {
    byte[] spki = Requests.ec("secp256r1").getPublic().getEncoded();
    byte[] offCurve = spki.clone();
    offCurve[offCurve.length - 1] ^= 1;

    byte[] compressed = Arrays.copyOf(spki, 59);
    compressed[1] = 57;
    compressed[24] = 34;
    compressed[26] = (byte) (2 + (spki[spki.length - 1] & 1));

    assertThatThrownBy(() -> SubjectKey.read(Bytes.copyOf(offCurve)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SubjectKey.read(Bytes.copyOf(compressed)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("uncompressed");
    assertThat(SubjectKey.read(Bytes.copyOf(spki)).kind()).isEqualTo(SubjectKey.Kind.P256);
  }

  private static SubjectKey proved(Bytes der) {
    CertificateRequest.Reading reading = CertificateRequest.read(der);
    assertThat(reading).isInstanceOf(CertificateRequest.Reading.Proved.class);
    return ((CertificateRequest.Reading.Proved) reading).request().key();
  }

  private static String message(Bytes der) {
    CertificateRequest.Reading reading = CertificateRequest.read(der);
    assertThat(reading).isInstanceOf(CertificateRequest.Reading.Refused.class);
    return ((CertificateRequest.Reading.Refused) reading).refusal().message();
  }

  private static String code(Bytes der) {
    CertificateRequest.Reading reading = CertificateRequest.read(der);
    assertThat(reading).isInstanceOf(CertificateRequest.Reading.Refused.class);
    return ((CertificateRequest.Reading.Refused) reading).refusal().code();
  }
}
