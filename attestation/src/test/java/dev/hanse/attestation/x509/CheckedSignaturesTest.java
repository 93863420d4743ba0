package dev.hanse.attestation.x509;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckedSignaturesTest {
  private static final KeyPair AUTHORITY = TestKeys.ec("secp384r1");
  private static final KeyPair STRANGER = TestKeys.ec("secp384r1");
  private static final BigInteger N = CustomNamedCurves.getByName("secp384r1").getN();

  private final X509Certificate certificate =
      new CertificateForge("CN=Leaf", TestKeys.ec("secp384r1"))
          .signedBy("CN=Authority", AUTHORITY, Scheme.ECDSA_SHA384);
  private final CheckedSignatures checked = new CheckedSignatures();

  @Test
  void holdsForTheKeyThatSigned() {
    assertThat(holds(certificate, AUTHORITY)).isTrue();
    assertThat(holds(certificate, AUTHORITY)).isTrue();
  }

  @Test
  void knowingOneKeysSignatureSaysNothingOfAnotherKey() {
    assertThat(holds(certificate, AUTHORITY)).isTrue();

    assertThat(holds(certificate, STRANGER)).isFalse();
  }

  @Test
  void knowingOneCertificatesSignatureSaysNothingOfItsTwin() throws Rejection {
    assertThat(holds(certificate, AUTHORITY)).isTrue();
    byte[] tampered = certificate.getSignature();
    tampered[tampered.length - 1] ^= 1;

    assertThat(holds(withSignature(tampered), AUTHORITY)).isFalse();
  }

  @Test
  void remembersWhatHeldAndNothingElse() {
    holds(certificate, STRANGER);
    assertThat(checked.size()).isZero();

    holds(certificate, AUTHORITY);
    holds(certificate, AUTHORITY);
    assertThat(checked.size()).isEqualTo(1);
  }

  @Test
  void checksWhatIsNotOnP384WithSha384AsWell() {
    KeyPair p256 = TestKeys.ec("secp256r1");
    X509Certificate shortKey =
        new CertificateForge("CN=Leaf", p256).signedBy("CN=A", p256, Scheme.ECDSA_SHA384);
    X509Certificate shortHash =
        new CertificateForge("CN=Leaf", p256).signedBy("CN=A", AUTHORITY, Scheme.ECDSA_SHA256);

    assertThat(holds(shortKey, p256)).isTrue();
    assertThat(holds(shortKey, TestKeys.ec("secp256r1"))).isFalse();
    assertThat(holds(shortKey, AUTHORITY)).isFalse();
    assertThat(holds(shortHash, AUTHORITY)).isTrue();
    assertThat(holds(shortHash, STRANGER)).isFalse();
  }

  @Test
  void takesHighS() throws Rejection {
    BigInteger[] good = numbers();

    assertThat(holds(withNumbers(good[0], N.subtract(good[1])), AUTHORITY)).isTrue();
  }

  @Test
  void refusesNumbersOutOfRange() throws Rejection {
    BigInteger[] good = numbers();
    for (BigInteger bad :
        new BigInteger[] {
          BigInteger.ZERO, BigInteger.ONE.negate(), N, good[0].add(N), good[0].negate()
        }) {
      assertThat(holds(withNumbers(bad, good[1]), AUTHORITY)).as("r = %s", bad).isFalse();
      assertThat(holds(withNumbers(good[0], bad), AUTHORITY)).as("s = %s", bad).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a zero before a number",
        "a length in its longer form",
        "a byte behind the sequence",
        "a third number",
        "one number",
        "no sequence",
        "nothing"
      })
  void refusesEveryOtherEncodingOfASignature(String what) throws Rejection {
    BigInteger[] good = numbers();
    byte[] encoded = certificate.getSignature();
    byte[] other =
        switch (what) {
          case "a zero before a number" -> padded(encoded);
          case "a length in its longer form" -> longer(encoded);
          case "a byte behind the sequence" -> Arrays.copyOf(encoded, encoded.length + 1);
          case "a third number" -> sequence(good[0], good[1], BigInteger.ONE);
          case "one number" -> sequence(good[0]);
          case "no sequence" -> CertificateForge.der(new DEROctetString(encoded));
          default -> new byte[0];
        };

    assertThat(holds(withSignature(other), AUTHORITY)).isFalse();
  }

  @Test
  void forgetsTheOneLongestNotAskedFor() throws GeneralSecurityException {
    CheckedSignatures two = new CheckedSignatures(2);
    X509Certificate second = twin(2);
    X509Certificate third = twin(3);
    two.hold(certificate, AUTHORITY.getPublic());
    two.hold(second, AUTHORITY.getPublic());
    two.hold(certificate, AUTHORITY.getPublic());
    two.hold(third, AUTHORITY.getPublic());

    assertThat(two.size()).isEqualTo(2);
    assertThat(two.isHeld(certificate, AUTHORITY.getPublic())).isTrue();
    assertThat(two.isHeld(second, AUTHORITY.getPublic())).isFalse();
    assertThat(two.isHeld(third, AUTHORITY.getPublic())).isTrue();
  }

  private boolean holds(X509Certificate one, KeyPair issuer) {
    return checked.hold(one, issuer.getPublic());
  }

  private static X509Certificate twin(int serial) {
    return new CertificateForge("CN=Leaf", AUTHORITY)
        .serial(serial)
        .signedBy("CN=Authority", AUTHORITY, Scheme.ECDSA_SHA384);
  }

  private BigInteger[] numbers() {
    ASN1Sequence both = ASN1Sequence.getInstance(certificate.getSignature());
    return new BigInteger[] {number(both, 0), number(both, 1)};
  }

  private static BigInteger number(ASN1Sequence of, int index) {
    return ASN1Integer.getInstance(of.getObjectAt(index)).getValue();
  }

  private X509Certificate withNumbers(BigInteger r, BigInteger s) throws Rejection {
    return withSignature(sequence(r, s));
  }

  private X509Certificate withSignature(byte[] signature) throws Rejection {
    Certificate parts = Certificate.getInstance(encodedOf(certificate));
    return Certificates.ofDer(
        Bytes.copyOf(
            CertificateForge.der(
                new DERSequence(
                    new ASN1Encodable[] {
                      parts.getTBSCertificate(),
                      parts.getSignatureAlgorithm(),
                      new DERBitString(signature)
                    }))));
  }

  private static byte[] encodedOf(X509Certificate one) {
    try {
      return one.getEncoded();
    } catch (CertificateEncodingException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static byte[] sequence(BigInteger... numbers) {
    ASN1EncodableVector all = new ASN1EncodableVector();
    for (BigInteger number : numbers) {
      all.add(new ASN1Integer(number));
    }
    return CertificateForge.der(new DERSequence(all));
  }

  /** r with one zero more than it needs. */
  private static byte[] padded(byte[] encoded) {
    int size = encoded[3];
    byte[] longer = new byte[encoded.length + 1];
    System.arraycopy(encoded, 0, longer, 0, 4);
    System.arraycopy(encoded, 4, longer, 5, encoded.length - 4);
    longer[1]++;
    longer[3] = (byte) (size + 1);
    return longer;
  }

  /** The sequence's length in two bytes where one does. */
  private static byte[] longer(byte[] encoded) {
    byte[] longer = new byte[encoded.length + 1];
    System.arraycopy(encoded, 1, longer, 2, encoded.length - 1);
    longer[0] = encoded[0];
    longer[1] = (byte) 0x81;
    return longer;
  }
}
