package dev.hanse.attestation.tpm;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.x509.Ecdsa;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Optional;

/**
 * A TPM's signature over a quote: TPMT_SIGNATURE (TPM 2.0 Library, part 2, 11.3.4).
 *
 * @param first an RSA signature whole, or r
 * @param second s; empty for RSA
 */
public record QuoteSignature(SigningScheme scheme, TpmHash hash, Bytes first, Bytes second) {
  private static final Bytes NONE = Bytes.copyOf(new byte[0]);

  /**
   * Reads a signature, exactly.
   *
   * @param key that is said to have signed
   * @param bound the one scheme it is bound to, where it is
   */
  public static QuoteSignature read(Bytes encoded, TpmKey key, Optional<SigningScheme> bound)
      throws Rejection {
    ByteReader in = new ByteReader(encoded);
    int code = in.u16Be("signature algorithm");
    SigningScheme scheme = null;
    for (SigningScheme known : SigningScheme.values()) {
      scheme = known.code() == code ? known : scheme;
    }
    if (scheme == null || !scheme.fits(key) || bound.orElse(scheme) != scheme) {
      throw new Rejection(
          Stage.PARSE,
          Reason.SIG_ALG,
          "a signature of algorithm " + Integer.toHexString(code) + " is not one of this key");
    }
    TpmHash hash = TpmHash.of(in.u16Be("signature hash"), Reason.SIG_HASH, "the signature");
    QuoteSignature signature =
        switch (key) {
          case TpmKey.Rsa rsa ->
              new QuoteSignature(scheme, hash, sized(in, rsa.bytes(), rsa.bytes()), NONE);
          case TpmKey.Ecc ecc ->
              new QuoteSignature(
                  scheme,
                  hash,
                  sized(in, 1, ecc.curve().bytes()),
                  sized(in, 1, ecc.curve().bytes()));
        };
    in.end("the signature");
    return signature;
  }

  private static Bytes sized(ByteReader in, int least, int most) throws Rejection {
    int size = in.u16Be("signature size");
    Rejection.unless(
        size >= least && size <= most,
        Stage.PARSE,
        Reason.SIG_LENGTH,
        "a signature part of " + size + " bytes is not " + least + " to " + most);
    return in.bytes(size, "signature");
  }

  /**
   * Refuses unless it is a key's signature over a quote.
   *
   * @param wanted the hash the key is bound to
   */
  public void requireOver(Bytes attest, TpmKey key, TpmHash wanted) throws Rejection {
    Rejection.unless(
        hash == wanted && hash != TpmHash.SHA1,
        Stage.CRYPTO,
        Reason.SIG_HASH,
        "signed with " + hash + ", wanted " + wanted);
    boolean holds =
        switch (key) {
          case TpmKey.Rsa rsa -> signedByRsa(attest.toArray(), rsa);
          case TpmKey.Ecc ecc ->
              Ecdsa.ofPoint(ecc.curve(), ecc.x(), ecc.y())
                  .signs(
                      hash.of(attest).toArray(),
                      new BigInteger(1, first.toArray()),
                      new BigInteger(1, second.toArray()));
        };
    Rejection.unless(holds, Stage.CRYPTO, Reason.SIGNATURE, "the key did not sign this quote");
  }

  private boolean signedByRsa(byte[] attest, TpmKey.Rsa key) {
    String digest = hash.algorithm();
    if (scheme == SigningScheme.RSASSA) {
      return holds(digest.replace("-", "") + "withRSA", Optional.empty(), attest, key);
    }
    // The library specification lets a TPM use the longest salt that fits, or, as FIPS 186-4 has
    // it, one of the digest's size (part 1, B.7). swtpm and today's chips do the latter.
    int longest = key.bytes() - hash.bytes() - 2;
    return holds("RSASSA-PSS", Optional.of(pss(hash.bytes())), attest, key)
        || holds("RSASSA-PSS", Optional.of(pss(longest)), attest, key);
  }

  private PSSParameterSpec pss(int saltBytes) {
    return new PSSParameterSpec(
        hash.algorithm(), "MGF1", new MGF1ParameterSpec(hash.algorithm()), saltBytes, 1);
  }

  private boolean holds(
      String algorithm,
      Optional<AlgorithmParameterSpec> parameters,
      byte[] attest,
      TpmKey.Rsa key) {
    try {
      Signature verifier = Signature.getInstance(algorithm);
      if (parameters.isPresent()) {
        verifier.setParameter(parameters.get());
      }
      verifier.initVerify(key.key());
      verifier.update(attest);
      return verifier.verify(first.toArray());
    } catch (GeneralSecurityException unreadable) {
      return false;
    }
  }
}
