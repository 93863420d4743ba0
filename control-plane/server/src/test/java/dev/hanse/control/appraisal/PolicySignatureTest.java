package dev.hanse.control.appraisal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.hanse.attestation.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolicySignatureTest {
  private static final KeyPair SIGNER = pair("Ed25519");
  private static final Bytes POLICY =
      Bytes.copyOf("id: a\nversion: 1\n".getBytes(StandardCharsets.UTF_8));

  private final String signature = PolicySignature.sign(POLICY, SIGNER.getPrivate());

  @Test
  void holdsForTheseBytesAlone() {
    assertThat(holds(POLICY, signature)).isTrue();
    assertThat(holds(Bytes.copyOf(new byte[0]), signature)).isFalse();
  }

  @Test
  void editorsMayLeaveALineEndBehindIt() {
    assertThat(holds(POLICY, " " + signature + "\r\n")).isTrue();
  }

  @Test
  void aTextThatIsLongerThanAnySignatureIsNotDecoded() {
    assertThat(holds(POLICY, signature + " ".repeat(4096))).isFalse();
  }

  @Test
  void noOtherKindOfKeySigns() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PolicySignature.sign(POLICY, pair("RSA").getPrivate()))
        .withMessageContaining("EC or Ed25519");
  }

  private static boolean holds(Bytes policy, String text) {
    return PolicySignature.holds(policy, text, List.of(SIGNER.getPublic()));
  }

  private static KeyPair pair(String algorithm) {
    try {
      return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
    } catch (GeneralSecurityException missing) {
      throw new AssertionError(missing);
    }
  }
}
