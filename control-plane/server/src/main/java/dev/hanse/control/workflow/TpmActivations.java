package dev.hanse.control.workflow;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.challenge.Activation;
import dev.hanse.attestation.tpm.TpmEvidence;
import dev.hanse.attestation.tpm.activation.ActivatedKey;
import dev.hanse.attestation.tpm.activation.ActivatedKeys;
import dev.hanse.attestation.tpm.activation.CredentialChallenge;
import dev.hanse.attestation.tpm.activation.EndorsementTrust;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Activation by the endorsements this region believes. */
public final class TpmActivations implements Activations {
  private final EndorsementTrust trust;
  private final ActivatedKeys keys;
  private final SecureRandom random;

  /**
   * Activates.
   *
   * @param keys told of every key that was activated: what the verifier of quotes looks them up in
   */
  public TpmActivations(EndorsementTrust trust, ActivatedKeys keys, SecureRandom random) {
    this.trust = trust;
    this.keys = keys;
    this.random = random;
  }

  @Override
  public Outcome begin(TpmKeys named, Instant at) {
    List<Bytes> certificates = new ArrayList<>();
    if (named.endorsementCertificate().size() > 0) {
      certificates.add(named.endorsementCertificate());
      certificates.addAll(named.intermediates());
    }
    try {
      dev.hanse.attestation.tpm.activation.Activation begun =
          dev.hanse.attestation.tpm.activation.Activation.begin(
              trust.judge(named.endorsementKey(), certificates, at),
              named.attestationKey(),
              random);
      CredentialChallenge challenge = begun.challenge();
      return new Outcome.Begun(
          new Credential(challenge.credentialBlob(), challenge.encryptedSecret()),
          new Pending(named.attestationKey(), begun));
    } catch (Rejection rejected) {
      return new Outcome.Refused(new Refusal.Activation(rejected.refusal().message()));
    }
  }

  @Override
  public boolean isNeededFor(String technology) {
    return technology.equals(TpmEvidence.TECHNOLOGY);
  }

  @Override
  public boolean isQuotedBy(Evidence evidence, Bytes attestationKey) {
    try {
      return TpmEvidence.read(evidence.body()).publicArea().equals(attestationKey);
    } catch (Rejection unreadable) {
      return false;
    }
  }

  private final class Pending implements Activation {
    private final Bytes attestationKey;
    private final dev.hanse.attestation.tpm.activation.Activation begun;

    Pending(Bytes attestationKey, dev.hanse.attestation.tpm.activation.Activation begun) {
      this.attestationKey = attestationKey;
      this.begun = begun;
    }

    @Override
    public Bytes attestationKey() {
      return attestationKey;
    }

    @Override
    public boolean isProvedBy(Bytes secret, Instant at) {
      Optional<ActivatedKey> activated = begun.redeem(secret);
      return activated.isPresent() && keys.admit(activated.get(), at);
    }
  }
}
