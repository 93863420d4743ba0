package dev.hanse.attestation.tpm;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.x509.Ecdsa;
import java.math.BigInteger;
import java.util.Optional;

/**
 * The public area of a key in a TPM: TPMT_PUBLIC of an RSA or ECC key (TPM 2.0 Library, part 2,
 * 12.2.4). What it says of itself is only worth something once its {@link #name} is tied to a TPM.
 *
 * @param attributes TPMA_OBJECT
 * @param aesBits of the cipher that protects what it wraps; 0: it wraps nothing
 * @param scheme the one way it signs, where it is bound to one
 * @param schemeHash of that scheme
 */
public record TpmPublic(
    Bytes encoded,
    TpmHash nameHash,
    int attributes,
    int aesBits,
    Optional<SigningScheme> scheme,
    Optional<TpmHash> schemeHash,
    TpmKey key) {
  public static final int FIXED_TPM = 1 << 1;
  public static final int FIXED_PARENT = 1 << 4;
  public static final int SENSITIVE_DATA_ORIGIN = 1 << 5;
  public static final int RESTRICTED = 1 << 16;
  public static final int DECRYPT = 1 << 17;
  public static final int SIGN = 1 << 18;

  /** TPMs hold no larger one; RSA-4096 needs 570. */
  public static final int LIMIT_BYTES = 1024;

  private static final int TYPE_RSA = 0x0001;
  private static final int TYPE_ECC = 0x0023;
  private static final int ALG_NULL = 0x0010;
  private static final int ALG_AES = 0x0006;
  private static final int MODE_CFB = 0x0043;

  /** Reads a TPMT_PUBLIC, exactly. */
  public static TpmPublic read(Bytes encoded) throws Rejection {
    Rejection.unless(
        encoded.size() <= LIMIT_BYTES,
        Stage.PARSE,
        Reason.LENGTH,
        "a public area of " + encoded.size() + " bytes is over the limit of " + LIMIT_BYTES);
    ByteReader in = new ByteReader(encoded);
    int type = in.u16Be("key type");
    Rejection.unless(
        type == TYPE_RSA || type == TYPE_ECC,
        Stage.PARSE,
        Reason.AK_TYPE,
        "a key of type " + Integer.toHexString(type) + " is neither RSA nor ECC");
    TpmHash nameHash = TpmHash.of(in.u16Be("name hash"), Reason.AK_TYPE, "the key's name");
    Rejection.unless(
        nameHash != TpmHash.SHA1, Stage.PARSE, Reason.AK_TYPE, "the key is named by SHA-1");
    int attributes = (int) in.u32Be("attributes");
    in.skip(in.u16Be("policy size"), "policy");
    int aesBits = aesBits(in);
    Optional<SigningScheme> scheme = scheme(in.u16Be("scheme"));
    Optional<TpmHash> schemeHash = Optional.empty();
    if (scheme.isPresent()) {
      schemeHash =
          Optional.of(TpmHash.of(in.u16Be("scheme hash"), Reason.SIG_HASH, "the key's scheme"));
    }
    TpmKey key = type == TYPE_RSA ? rsa(in) : ecc(in);
    in.end("the public area");
    Rejection.unless(
        scheme.isEmpty() || scheme.get().fits(key),
        Stage.PARSE,
        Reason.SIG_ALG,
        "the key cannot sign by its scheme");
    return new TpmPublic(encoded, nameHash, attributes, aesBits, scheme, schemeHash, key);
  }

  private static int aesBits(ByteReader in) throws Rejection {
    int cipher = in.u16Be("cipher");
    if (cipher == ALG_NULL) {
      return 0;
    }
    int bits = in.u16Be("cipher's key bits");
    int mode = in.u16Be("cipher's mode");
    Rejection.unless(
        cipher == ALG_AES && (bits == 128 || bits == 256) && mode == MODE_CFB,
        Stage.PARSE,
        Reason.AK_TYPE,
        "the key wraps with a cipher other than AES-CFB");
    return bits;
  }

  private static Optional<SigningScheme> scheme(int code) throws Rejection {
    if (code == ALG_NULL) {
      return Optional.empty();
    }
    for (SigningScheme scheme : SigningScheme.values()) {
      if (scheme.code() == code) {
        return Optional.of(scheme);
      }
    }
    throw new Rejection(
        Stage.PARSE,
        Reason.SIG_ALG,
        "a key of scheme " + Integer.toHexString(code) + " is unknown");
  }

  private static TpmKey rsa(ByteReader in) throws Rejection {
    int bits = in.u16Be("key bits");
    long exponent = in.u32Be("exponent");
    BigInteger modulus = number(in, 512, "modulus");
    Rejection.unless(
        modulus.bitLength() == bits,
        Stage.PARSE,
        Reason.KEY,
        "a modulus of " + modulus.bitLength() + " bits is called one of " + bits);
    // Zero stands for the default (part 2, 12.2.3.5).
    return TpmKey.Rsa.of(
        modulus, exponent == 0 ? TpmKey.Rsa.EXPONENT : BigInteger.valueOf(exponent));
  }

  private static TpmKey ecc(ByteReader in) throws Rejection {
    int code = in.u16Be("curve");
    Ecdsa.Curve curve =
        switch (code) {
          case 0x0003 -> Ecdsa.Curve.P256;
          case 0x0004 -> Ecdsa.Curve.P384;
          default ->
              throw new Rejection(
                  Stage.PARSE,
                  Reason.AK_TYPE,
                  "a key on curve " + Integer.toHexString(code) + " is unknown");
        };
    Rejection.unless(
        in.u16Be("key derivation") == ALG_NULL,
        Stage.PARSE,
        Reason.AK_TYPE,
        "the key has a derivation scheme");
    return new TpmKey.Ecc(curve, number(in, curve.bytes(), "x"), number(in, curve.bytes(), "y"));
  }

  private static BigInteger number(ByteReader in, int limitBytes, String field) throws Rejection {
    int size = in.u16Be(field + " size");
    Rejection.unless(
        size >= 1 && size <= limitBytes,
        Stage.PARSE,
        Reason.LENGTH,
        field + " of " + size + " bytes is not 1 to " + limitBytes);
    return new BigInteger(1, in.bytes(size, field).toArray());
  }

  /** What TPMs call it by: its name hash's code and the digest of the public area. */
  public Bytes name() {
    byte[] digest = nameHash.of(encoded).toArray();
    byte[] name = new byte[2 + digest.length];
    name[0] = (byte) (nameHash.code() >>> Byte.SIZE);
    name[1] = (byte) nameHash.code();
    System.arraycopy(digest, 0, name, 2, digest.length);
    return Bytes.copyOf(name);
  }

  /**
   * Refuses a key that could sign a quote no TPM made: only a restricted signing key of one scheme,
   * born in a TPM it can never leave, tells a quote from bytes someone made up.
   */
  public void requireAttestationKey() throws Rejection {
    int must = FIXED_TPM | FIXED_PARENT | SENSITIVE_DATA_ORIGIN | RESTRICTED | SIGN;
    Rejection.unless(
        (attributes & must) == must && (attributes & DECRYPT) == 0 && scheme.isPresent(),
        Stage.ENDORSEMENT,
        Reason.AK_ATTRIBUTES,
        "attributes "
            + Integer.toHexString(attributes)
            + " are not those of an attestation key: fixedTPM, fixedParent, sensitiveDataOrigin,"
            + " restricted and sign, without decrypt, of one scheme");
  }
}
