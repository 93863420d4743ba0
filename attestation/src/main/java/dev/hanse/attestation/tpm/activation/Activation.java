package dev.hanse.attestation.tpm.activation;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.tpm.TpmPublic;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * One proof, under way, that an attestation key lives in the TPM of an endorsement key: the node is
 * sent {@link #challenge}, and its answer is {@link #redeem}ed. Whoever can answer has a TPM which
 * holds both keys, and TPMs do so only for the very key whose name the challenge is about.
 *
 * <p>Belongs to one exchange: keep it with the exchange's nonce, and drop it with the first answer,
 * good or bad. Immutable.
 */
public final class Activation {
  private static final int SECRET_BYTES = 32;

  private final EndorsementKey ek;
  private final Bytes akName;
  private final Bytes secret;
  private final CredentialChallenge challenge;

  private Activation(EndorsementKey ek, Bytes akName, Bytes secret, CredentialChallenge challenge) {
    this.ek = ek;
    this.akName = akName;
    this.secret = secret;
    this.challenge = challenge;
  }

  /**
   * Begins one.
   *
   * @param akPublic TPMT_PUBLIC of the key to be tied
   * @throws Rejection if that key is none to attest with
   */
  public static Activation begin(EndorsementKey ek, Bytes akPublic, SecureRandom random)
      throws Rejection {
    TpmPublic ak = TpmPublic.read(akPublic);
    ak.requireAttestationKey();
    byte[] fresh = new byte[SECRET_BYTES];
    random.nextBytes(fresh);
    Bytes secret = Bytes.copyOf(fresh);
    return new Activation(
        ek,
        ak.name(),
        secret,
        CredentialChallenge.make(ek.publicArea(), ak.name(), secret, random));
  }

  /** What the node's TPM has to open. */
  public CredentialChallenge challenge() {
    return challenge;
  }

  /**
   * The key, if the node found the secret; compared in constant time.
   *
   * @param answer what it says the secret is
   */
  public Optional<ActivatedKey> redeem(Bytes answer) {
    return secret.equals(answer) ? Optional.of(new ActivatedKey(akName, ek)) : Optional.empty();
  }

  @Override
  public String toString() {
    return "Activation[" + akName + "]";
  }
}
