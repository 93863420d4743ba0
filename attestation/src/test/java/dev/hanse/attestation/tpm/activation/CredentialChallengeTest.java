package dev.hanse.attestation.tpm.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.tpm.TpmForge;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.attestation.tpm.TpmPublic;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import javax.crypto.KeyAgreement;
import org.bouncycastle.util.BigIntegers;
import org.junit.jupiter.api.Test;

class CredentialChallengeTest {
  /** An ECC endorsement key up to its point. */
  private static final String EK = "0023000b000300b2" + "0000" + "000600800043" + "0010";

  @Test
  void refusesAKeyThatIsNoPointOfItsCurve() throws Exception {
    TpmPublic area = TpmPublic.read(Bytes.ofHex(EK + "00030010" + "000101" + "000101"));

    assertThatThrownBy(() -> made(area))
        .isInstanceOfSatisfying(
            Rejection.class,
            rejection ->
                assertThat(rejection.refusal())
                    .isEqualTo(
                        new Refusal.Rejected(
                            Stage.CRYPTO, Reason.KEY, "the endorsement key is no point of P256")));
  }

  /** A cipher's key is cut from one digest, so it can be as long as that and no longer. */
  @Test
  void wrapsWithACipherUpToTheSizeOfItsDigest() throws Exception {
    String area = TpmForge.endorsement(TpmForge.ECC).hex();

    assertThat(made(TpmPublic.read(Bytes.ofHex(area.replace("000600800043", "000601000043")))))
        .isNotNull();
  }

  @Test
  void saysWhichSecretsFit() throws Exception {
    TpmPublic area = TpmPublic.read(TpmForge.endorsement(TpmForge.ECC));

    assertThatThrownBy(() ->
            CredentialChallenge.make(
                area, Bytes.ofHex("000b"), Bytes.copyOf(new byte[33]), new SecureRandom()))
        .hasMessage("a credential has 1 to 32 bytes, has 33");
  }

  private static CredentialChallenge made(TpmPublic area) throws Rejection {
    return CredentialChallenge.make(
        area, Bytes.ofHex("000b"), Bytes.ofHex("01"), new SecureRandom());
  }

  @Test
  void anEccKeyAgreesOnItsSeed() throws Exception {
    TpmPublic area = TpmPublic.read(TpmForge.endorsement(TpmForge.ECC));
    Bytes name = Bytes.ofHex("000b" + "07".repeat(32));
    Bytes secret = Bytes.copyOf(new byte[] {1, 2, 3});

    CredentialChallenge challenge =
        CredentialChallenge.make(area, name, secret, new SecureRandom());

    byte[] point = challenge.encryptedSecret().toArray();
    byte[] x = Arrays.copyOfRange(point, 2, 34);
    byte[] y = Arrays.copyOfRange(point, 36, 68);
    KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
    agreement.init(TpmForge.ECC.getPrivate());
    agreement.doPhase(
        KeyFactory.getInstance("EC")
            .generatePublic(
                new ECPublicKeySpec(
                    new ECPoint(new BigInteger(1, x), new BigInteger(1, y)),
                    ((ECPublicKey) TpmForge.ECC.getPublic()).getParams())),
        true);
    byte[] mine =
        BigIntegers.asUnsignedByteArray(
            32, ((ECPublicKey) TpmForge.ECC.getPublic()).getW().getAffineX());
    byte[] seed =
        KeyDerivation.kdfe(TpmHash.SHA256, agreement.generateSecret(), "IDENTITY", x, mine, 256);
    assertThat(CredentialChallenge.idObject(area, name, secret, seed))
        .isEqualTo(challenge.credentialBlob());
  }
}
