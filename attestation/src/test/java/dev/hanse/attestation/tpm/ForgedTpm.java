package dev.hanse.attestation.tpm;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import java.util.Optional;

/**
 * A TPM with an RSA key as other rooms' tests see it: it quotes registers 0 to 7 over what it is
 * given. Made by {@link TpmForge}.
 */
public final class ForgedTpm {
  private final TpmForge forge = new TpmForge();

  public ForgedTpm() {
    forge.scheme = SigningScheme.RSASSA;
  }

  /** The modulus of the key it says it signs with. */
  public static BigInteger modulus() {
    return ((RSAPublicKey) TpmForge.RSA.getPublic()).getModulus();
  }

  /** Signs with another key from here on. */
  public ForgedTpm signingWith(KeyPair key) {
    forge.signer = Optional.of(key);
    return this;
  }

  /** Signs so from here on. */
  public ForgedTpm signingBy(SigningScheme scheme, TpmHash hash) {
    forge.scheme = scheme;
    forge.hash = hash;
    return this;
  }

  /** Quotes these registers and no others from here on. */
  public ForgedTpm quoting(List<Integer> indexes) {
    forge.selections = List.of(new PcrSelection(TpmHash.SHA256, indexes));
    forge.pcrs.keySet().removeIf(pcr -> !indexes.contains(pcr.index()));
    return this;
  }

  /** Sends a log along that explains its registers. */
  public ForgedTpm logging() throws Exception {
    forge.follow(TpmForge.ForgedLog.booted(true));
    return this;
  }

  /** Its clock and reset count say so from here on. */
  public ForgedTpm counting(long clockMillis, int resetCount) {
    forge.clock = clockMillis;
    forge.resets = resetCount;
    return this;
  }

  /** The public area of the key it signs with. */
  public Bytes publicArea() {
    return forge.publicArea();
  }

  /** Evidence by itself: a quote over extra data. */
  public Evidence evidence(Bytes extraData) throws Exception {
    forge.extraData = extraData;
    return forge.evidence();
  }

  /** A quote over extra data, without the key's public area. */
  public TpmEvidence quote(Bytes extraData) throws Exception {
    forge.extraData = extraData;
    Bytes attest = forge.attest();
    return new TpmEvidence(
        attest, forge.signature(attest), Bytes.copyOf(new byte[0]), forge.pcrs, forge.log);
  }
}
