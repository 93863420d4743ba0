package dev.hanse.attestation.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignatureParametersTest {
  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

  @Test
  void takesRsaPssInAmdsTwoEncodingsAndInNoOther() throws Rejection {
    KeyPair keys = TestKeys.rsa4096(0);
    Chain.Profile pss = Chain.Profile.signedBy(Chain.RSASSA_PSS);
    for (Scheme scheme : List.of(Scheme.PSS, Scheme.PSS_WITH_TRAILER)) {
      X509Certificate anchor =
          new CertificateForge("CN=Root", keys).authority().selfSigned(keys, scheme);
      X509Certificate good = leaf().signedBy("CN=Root", keys, scheme);

      assertThat(Chain.verify(List.of(good, anchor), Anchors.of(List.of(anchor)), NOW, pss).leaf())
          .isEqualTo(good);
      for (Scheme weak : List.of(Scheme.PSS_SHA256, Scheme.PSS_SHORT_SALT, Scheme.RSA_SHA256)) {
        X509Certificate bad = leaf().signedBy("CN=Root", keys, weak);
        Rejection rejection =
            catchThrowableOfType(
                Rejection.class,
                () -> Chain.verify(List.of(bad, anchor), Anchors.of(List.of(anchor)), NOW, pss));
        assertThat(rejection.refusal().reason()).isEqualTo(Reason.KEY_TYPE);
      }
    }
  }

  @Test
  void takesOtherAlgorithmsWithoutParametersOnly() {
    assertThat(SignatureParameters.areExact("1.2.3", null)).isTrue();
    assertThat(SignatureParameters.areExact("1.2.3", new byte[] {5, 0})).isTrue();
    assertThat(SignatureParameters.areExact("1.2.3", new byte[] {2, 1, 1})).isFalse();
    assertThat(SignatureParameters.areExact(Chain.RSASSA_PSS, null)).isFalse();
    assertThat(SignatureParameters.areExact(Chain.RSASSA_PSS, new byte[] {5, 0})).isFalse();
  }

  @Test
  void takesASignatureForTheLastFieldOnlyWithoutUnusedBits() {
    byte[] signature = {7, 8};

    assertThat(SignatureParameters.areLast(signature, new byte[] {3, 3, 0, 7, 8})).isTrue();
    assertThat(SignatureParameters.areLast(signature, new byte[] {3, 3, 1, 7, 8})).isFalse();
    assertThat(SignatureParameters.areLast(signature, new byte[] {0, 7, 8})).isTrue();
    assertThat(SignatureParameters.areLast(signature, signature)).isFalse();
  }

  private static CertificateForge leaf() {
    return new CertificateForge("CN=Leaf", TestKeys.ec("secp384r1"));
  }
}
