package dev.hanse.attestation.tpm.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.tpm.KnownKey;
import dev.hanse.attestation.tpm.SigningScheme;
import dev.hanse.attestation.tpm.TpmForge;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.attestation.tpm.TpmPublic;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.spec.MGF1ParameterSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class ActivationTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Bytes ekArea = TpmForge.endorsement(EndorsementForge.EK);
  private final Bytes ak =
      TpmForge.publicArea(
          TpmForge.ECC, TpmForge.AK_ATTRIBUTES, SigningScheme.ECDSA, TpmHash.SHA256);

  @Test
  void aKeyIsKnownOnceItsTpmFoundTheSecret() throws Exception {
    EndorsementKey genuine = genuine();
    Activation activation = Activation.begin(genuine, ak, RANDOM);

    Bytes secret = opened(activation.challenge(), EndorsementForge.EK, TpmPublic.read(ak).name());

    assertThat(activation.redeem(secret).map(ActivatedKey::known))
        .contains(
            new KnownKey(
                TpmPublic.read(ak).name(),
                Optional.of(TpmPublic.read(ekArea).name()),
                EndorsementForge.NOW.plus(Duration.ofDays(365))));
    assertThat(activation)
        .hasToString("Activation[" + TpmPublic.read(ak).name().hex() + "]")
        .asString()
        .doesNotContain(secret.hex());
  }

  @Test
  void aWrongSecretMakesNoKeyKnown() throws Exception {
    EndorsementKey genuine = genuine();
    Activation activation = Activation.begin(genuine, ak, RANDOM);

    assertThat(activation.redeem(Bytes.copyOf(new byte[32]))).isEmpty();
    assertThat(activation.redeem(Bytes.copyOf(new byte[0]))).isEmpty();
  }

  @Test
  void everyChallengeHasASecretOfItsOwn() throws Exception {
    EndorsementKey genuine = genuine();
    Bytes name = TpmPublic.read(ak).name();

    assertThat(opened(Activation.begin(genuine, ak, RANDOM).challenge(), EndorsementForge.EK, name))
        .isNotEqualTo(
            opened(Activation.begin(genuine, ak, RANDOM).challenge(), EndorsementForge.EK, name));
  }

  @Test
  void everyChallengeHasASeedOfItsOwn() throws Exception {
    EndorsementKey genuine = genuine();
    byte[] one = seed(Activation.begin(genuine, ak, RANDOM).challenge(), EndorsementForge.EK);

    assertThat(one).hasSize(32);
    assertThat(seed(Activation.begin(genuine, ak, RANDOM).challenge(), EndorsementForge.EK))
        .isNotEqualTo(one);
  }

  private EndorsementKey genuine() throws Exception {
    return EndorsementForge.trust()
        .judge(ekArea, List.of(EndorsementForge.leaf(EndorsementForge.EK)), EndorsementForge.NOW);
  }

  @Test
  void aKeyThatIsNoAttestationKeyIsNotActivated() throws Exception {
    EndorsementKey genuine = genuine();
    Bytes unrestricted =
        TpmForge.publicArea(TpmForge.ECC, 0x00040072, SigningScheme.ECDSA, TpmHash.SHA256);

    refused(Reason.AK_ATTRIBUTES, () -> Activation.begin(genuine, unrestricted, RANDOM));
  }

  @Test
  void wrapsSecretsOfOneByteToADigestOnlyAndOnlyToKeysThatUnwrap() throws Exception {
    TpmPublic area = TpmPublic.read(ekArea);
    Bytes name = TpmPublic.read(ak).name();
    for (int size : new int[] {0, 33}) {
      assertThatThrownBy(
              () -> CredentialChallenge.make(area, name, Bytes.copyOf(new byte[size]), RANDOM))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (int size : new int[] {1, 32}) {
      assertThat(CredentialChallenge.make(area, name, Bytes.copyOf(new byte[size]), RANDOM))
          .isNotNull();
    }
    refused(
        Reason.KEY,
        () ->
            CredentialChallenge.make(TpmPublic.read(ak), name, Bytes.copyOf(new byte[1]), RANDOM));
  }

  /** What a TPM does, in software and by the specification's own words. */
  private static Bytes opened(CredentialChallenge challenge, KeyPair key, Bytes name)
      throws Exception {
    byte[] seed = seed(challenge, key);
    byte[] blob = challenge.credentialBlob().toArray();
    byte[] encrypted = Arrays.copyOfRange(blob, 34, blob.length);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(
        new SecretKeySpec(
            KeyDerivation.kdfa(TpmHash.SHA256, seed, "INTEGRITY", new byte[0], 256), "HmacSHA256"));
    mac.update(encrypted);
    assertThat(Arrays.copyOfRange(blob, 2, 34)).isEqualTo(mac.doFinal(name.toArray()));
    Cipher aes = Cipher.getInstance("AES/CFB/NoPadding");
    aes.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(
            KeyDerivation.kdfa(TpmHash.SHA256, seed, "STORAGE", name.toArray(), 128), "AES"),
        new IvParameterSpec(new byte[16]));
    byte[] clear = aes.doFinal(encrypted);
    return Bytes.copyOf(Arrays.copyOfRange(clear, 2, clear.length));
  }

  private static byte[] seed(CredentialChallenge challenge, KeyPair key) throws Exception {
    Cipher rsa = Cipher.getInstance("RSA/ECB/OAEPPadding");
    rsa.init(
        Cipher.DECRYPT_MODE,
        key.getPrivate(),
        new OAEPParameterSpec(
            "SHA-256",
            "MGF1",
            MGF1ParameterSpec.SHA256,
            new PSource.PSpecified("IDENTITY\0".getBytes(StandardCharsets.US_ASCII))));
    return rsa.doFinal(challenge.encryptedSecret().toArray());
  }

  private interface Attempt {
    void make() throws Exception;
  }

  private static void refused(Reason reason, Attempt attempt) {
    assertThatThrownBy(attempt::make)
        .isInstanceOfSatisfying(
            Rejection.class,
            rejection -> assertThat(rejection.refusal().reason()).isEqualTo(reason));
  }
}
