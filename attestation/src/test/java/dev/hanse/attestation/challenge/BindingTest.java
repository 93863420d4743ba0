package dev.hanse.attestation.challenge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.x509.SubjectKey;
import java.security.KeyPairGenerator;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BindingTest {
  @Test
  void isTheReportDataOfItsNonceKeyAndClaims() throws Exception {
    Bytes nonce = Bytes.copyOf(new byte[32]);
    Bytes spki =
        Bytes.copyOf(
            KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic().getEncoded());
    NodeClaims claims = new NodeClaims("p", "n", "eu", "", 0, Set.of("provider"));

    assertThat(new Binding(nonce, SubjectKey.read(spki), claims).reportData())
        .isEqualTo(ReportData.of(nonce, spki, claims));
  }
}
