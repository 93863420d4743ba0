package dev.hanse.attestation.tpm.activation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
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
