package dev.hanse.attestation.tpm.activation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.tpm.TpmHash;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A credential made outside: Python's hmac for keys and integrity, OpenSSL for the cipher. */
class KnownAnswerTest {
  private static final String SEED =
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

  private final ObjectNode answer = JsonNodeFactory.instance.objectNode();

  @BeforeEach
  void write() throws Exception {
    Cipher rsa = Cipher.getInstance("RSA/ECB/OAEPPadding");
    rsa.init(
        Cipher.ENCRYPT_MODE,
        (RSAPublicKey) EndorsementForge.EK.getPublic(),
        new OAEPParameterSpec(
            "SHA-256",
            "MGF1",
            MGF1ParameterSpec.SHA256,
            new PSource.PSpecified(Bytes.ofHex("4944454e5449545900").toArray())));
    answer
        .put("ak_name", "000b" + "07".repeat(32))
        .put("seed", SEED)
        .put("secret", "5a".repeat(32))
        .put("storage_key", "e62395b6e61888fd7e515ea0c4a18ba6")
        .put("integrity_key", "bacf689f634ece301e1f1b15b072d9c87db6a69585db42b1a0cb8f73ebe2692e")
        .put(
            "id_object",
            "002000fe12a0a359a8ec78ec86474681a6a05be29f1bb712b822f790565c51d48b88"
                + "16034deeab859b0efe04009f33964f0cf70980d4cd3d74fc8dd79d488e67b1f58774")
        .put("encrypted_secret", Bytes.copyOf(rsa.doFinal(Bytes.ofHex(SEED).toArray())).hex())
        .put(
            "ek_private_pkcs8_pem",
            "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder()
                    .encodeToString(EndorsementForge.EK.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n");
  }

  @Test
  void everyStepComesOutAsKnown() {
    assertThat(new KnownAnswer(answer).firstDifference()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "storage_key,storage_key",
    "integrity_key,integrity_key",
    "id_object,id_object",
    "seed,storage_key",
    "ak_name,storage_key",
    "secret,id_object"
  })
  void namesTheFirstStepThatComesOutOtherwise(String field, String difference) {
    answer.put(field, "0f" + answer.path(field).asText().substring(2).replace('7', '6'));

    assertThat(new KnownAnswer(answer).firstDifference()).contains(difference);
  }

  @Test
  void namesTheSeedThatWasEncryptedWhereItIsAnother() throws Exception {
    Cipher rsa = Cipher.getInstance("RSA/ECB/OAEPPadding");
    rsa.init(
        Cipher.ENCRYPT_MODE,
        (RSAPublicKey) EndorsementForge.EK.getPublic(),
        CredentialChallenge.oaep(TpmHash.SHA256));
    answer.put("encrypted_secret", Bytes.copyOf(rsa.doFinal(new byte[32])).hex());

    assertThat(new KnownAnswer(answer).firstDifference()).contains("encrypted_secret");
  }

  @Test
  void saysWhatCannotBeRead() {
    answer.put("ek_private_pkcs8_pem", "none");
    assertThat(new KnownAnswer(answer).firstDifference()).isPresent();
  }
}
