package dev.hanse.attestation.tpm.activation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.attestation.tpm.TpmKey;
import dev.hanse.attestation.tpm.TpmPublic;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;

/**
 * A credential whose every step is known: derived keys, wrapped secret, and a seed encrypted to a
 * test key whose private half is public.
 */
public final class KnownAnswer {
  private final JsonNode answer;

  /** Takes a known-answer vector's JSON. */
  public KnownAnswer(JsonNode answer) {
    this.answer = answer;
  }

  /** The first step that comes out otherwise; empty if all are as known. */
  public Optional<String> firstDifference() {
    try {
      RSAPrivateCrtKey ek = privateKey();
      Bytes name = hex("ak_name");
      byte[] seed = hex("seed").toArray();
      if (!is(
          "storage_key",
          KeyDerivation.kdfa(TpmHash.SHA256, seed, "STORAGE", name.toArray(), 128))) {
        return Optional.of("storage_key");
      }
      if (!is(
          "integrity_key",
          KeyDerivation.kdfa(TpmHash.SHA256, seed, "INTEGRITY", new byte[0], 256))) {
        return Optional.of("integrity_key");
      }
      TpmPublic area =
          new TpmPublic(
              Bytes.copyOf(new byte[0]),
              TpmHash.SHA256,
              TpmPublic.RESTRICTED | TpmPublic.DECRYPT,
              128,
              Optional.empty(),
              Optional.empty(),
              new TpmKey.Rsa(ek.getModulus()));
      Bytes idObject = CredentialChallenge.idObject(area, name, hex("secret"), seed);
      if (!idObject.equals(hex("id_object"))) {
        return Optional.of("id_object");
      }
      Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
      cipher.init(Cipher.DECRYPT_MODE, ek, CredentialChallenge.oaep(TpmHash.SHA256));
      return is("seed", cipher.doFinal(hex("encrypted_secret").toArray()))
          ? Optional.empty()
          : Optional.of("encrypted_secret");
    } catch (GeneralSecurityException | IllegalArgumentException unreadable) {
      return Optional.of(String.valueOf(unreadable.getMessage()));
    }
  }

  private RSAPrivateCrtKey privateKey() throws GeneralSecurityException {
    String pem = answer.path("ek_private_pkcs8_pem").asText("");
    byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    return (RSAPrivateCrtKey)
        KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
  }

  private boolean is(String field, byte[] computed) {
    return hex(field).equals(Bytes.copyOf(computed));
  }

  private Bytes hex(String field) {
    return Bytes.ofHex(answer.path(field).asText(""));
  }
}
