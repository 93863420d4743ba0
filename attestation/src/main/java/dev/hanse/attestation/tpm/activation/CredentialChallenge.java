package dev.hanse.attestation.tpm.activation;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.attestation.tpm.TpmKey;
import dev.hanse.attestation.tpm.TpmPublic;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.spec.MGF1ParameterSpec;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.util.BigIntegers;

/**
 * A secret that one TPM gives out only if it holds one key: TPM2_MakeCredential, made without a TPM
 * (TPM 2.0 Library, part 1, 24). {@link Activation} is what makes and redeems them.
 *
 * @param credentialBlob TPM2B_ID_OBJECT without its outer size
 * @param encryptedSecret TPM2B_ENCRYPTED_SECRET without its size
 */
public record CredentialChallenge(Bytes credentialBlob, Bytes encryptedSecret) {
  private static final String IDENTITY = "IDENTITY";

  /**
   * Wraps a secret.
   *
   * @param ek the TPM's endorsement key; a restricted decryption key
   * @param akName of the key which the TPM must hold
   * @param secret 1 byte up to one digest of the endorsement key's name hash
   * @throws Rejection with {@code KEY} if the key cannot wrap anything
   */
  public static CredentialChallenge make(
      TpmPublic ek, Bytes akName, Bytes secret, SecureRandom random) throws Rejection {
    TpmHash hash = ek.nameHash();
    if (secret.size() < 1 || secret.size() > hash.bytes()) {
      throw new IllegalArgumentException(
          "a credential has 1 to " + hash.bytes() + " bytes, has " + secret.size());
    }
    Rejection.unless(
        ek.aesBits() > 0 && ek.aesBits() <= hash.bytes() * Byte.SIZE,
        Stage.ENDORSEMENT,
        Reason.KEY,
        "the endorsement key wraps nothing");
    try {
      return switch (ek.key()) {
        case TpmKey.Rsa rsa -> {
          byte[] seed = new byte[hash.bytes()];
          random.nextBytes(seed);
          yield new CredentialChallenge(
              idObject(ek, akName, secret, seed), encrypted(rsa, hash, seed));
        }
        case TpmKey.Ecc ecc -> agreed(ek, ecc, akName, secret, random);
      };
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("this JDK cannot make credentials", missing);
    }
  }

  /** The integrity-protected, encrypted secret. */
  static Bytes idObject(TpmPublic ek, Bytes akName, Bytes secret, byte[] seed)
      throws GeneralSecurityException {
    TpmHash hash = ek.nameHash();
    byte[] name = akName.toArray();
    Cipher cipher = Cipher.getInstance("AES/CFB/NoPadding");
    cipher.init(
        Cipher.ENCRYPT_MODE,
        new SecretKeySpec(KeyDerivation.kdfa(hash, seed, "STORAGE", name, ek.aesBits()), "AES"),
        new IvParameterSpec(new byte[16]));
    byte[] encrypted = cipher.doFinal(sized(secret.toArray()));
    Mac mac = Mac.getInstance(hash.hmacAlgorithm());
    mac.init(
        new SecretKeySpec(
            KeyDerivation.kdfa(hash, seed, "INTEGRITY", new byte[0], hash.bytes() * Byte.SIZE),
            hash.hmacAlgorithm()));
    mac.update(encrypted);
    byte[] integrity = sized(mac.doFinal(name));
    return Bytes.copyOf(
        ByteBuffer.allocate(integrity.length + encrypted.length)
            .put(integrity)
            .put(encrypted)
            .array());
  }

  private static Bytes encrypted(TpmKey.Rsa key, TpmHash hash, byte[] seed)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
    cipher.init(Cipher.ENCRYPT_MODE, key.key(), oaep(hash));
    return Bytes.copyOf(cipher.doFinal(seed));
  }

  /** The padding a TPM's RSA endorsement key decrypts with. */
  static OAEPParameterSpec oaep(TpmHash hash) {
    return new OAEPParameterSpec(
        hash.algorithm(),
        "MGF1",
        new MGF1ParameterSpec(hash.algorithm()),
        new PSource.PSpecified(KeyDerivation.terminated(IDENTITY)));
  }

  /** One-pass Diffie-Hellman with a fresh key (part 1, C.6.1). */
  private static CredentialChallenge agreed(
      TpmPublic ek, TpmKey.Ecc key, Bytes akName, Bytes secret, SecureRandom random)
      throws GeneralSecurityException, Rejection {
    X9ECParameters curve =
        CustomNamedCurves.getByName(
            switch (key.curve()) {
              case P256 -> "secp256r1";
              case P384 -> "secp384r1";
            });
    int size = key.curve().bytes();
    BigInteger ephemeral =
        BigIntegers.createRandomInRange(
            BigInteger.ONE, curve.getN().subtract(BigInteger.ONE), random);
    ECPoint mine = curve.getG().multiply(ephemeral).normalize();
    byte[] x = coordinate(mine.getAffineXCoord().toBigInteger(), size);
    byte[] y = coordinate(mine.getAffineYCoord().toBigInteger(), size);
    byte[] z = shared(curve, key, ephemeral, size);
    byte[] seed =
        KeyDerivation.kdfe(
            ek.nameHash(),
            z,
            IDENTITY,
            x,
            coordinate(key.x(), size),
            ek.nameHash().bytes() * Byte.SIZE);
    return new CredentialChallenge(
        idObject(ek, akName, secret, seed),
        Bytes.copyOf(ByteBuffer.allocate(2 * (2 + size)).put(sized(x)).put(sized(y)).array()));
  }

  private static byte[] shared(X9ECParameters curve, TpmKey.Ecc key, BigInteger ephemeral, int size)
      throws Rejection {
    try {
      ECPoint theirs = curve.getCurve().validatePoint(key.x(), key.y());
      ECPoint shared = theirs.multiply(ephemeral).normalize();
      return coordinate(shared.getAffineXCoord().toBigInteger(), size);
    } catch (IllegalArgumentException offCurve) {
      throw new Rejection(
          Stage.CRYPTO, Reason.KEY, "the endorsement key is no point of " + key.curve());
    }
  }

  private static byte[] coordinate(BigInteger value, int size) {
    return BigIntegers.asUnsignedByteArray(size, value);
  }

  private static byte[] sized(byte[] content) {
    return ByteBuffer.allocate(2 + content.length)
        .putShort((short) content.length)
        .put(content)
        .array();
  }
}
