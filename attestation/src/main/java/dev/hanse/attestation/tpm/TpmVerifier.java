package dev.hanse.attestation.tpm;

import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.Verifier;
import dev.hanse.attestation.tpm.eventlog.EventLog;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Verifies TPM quotes. {@link TpmEvidence} is the layout of their evidence.
 *
 * <p>A quote's key comes along with it and is believed only if {@link AttestationKeys} knows its
 * name: because its TPM activated a credential ({@code activation.Activation}), or because an
 * operator pinned it. What is verified is the quote and the values of the registers it is over; the
 * event log is parsed here and replayed by {@link TpmRules}.
 */
public final class TpmVerifier extends Verifier {
  public static final String TECHNOLOGY = TpmEvidence.TECHNOLOGY;

  private final AttestationKeys keys;

  public TpmVerifier(AttestationKeys keys) {
    super(TECHNOLOGY, Level.TPM);
    this.keys = keys;
  }

  @Override
  protected Verification examine(Evidence evidence, Instant at) throws Rejection {
    Rejection.unless(
        evidence.collateral().isEmpty(),
        Stage.PARSE,
        Reason.TRAILING,
        "TPM evidence has no collateral");
    TpmEvidence body = TpmEvidence.read(evidence.body());
    Quote quote = Quote.read(body.attest());
    TpmPublic key = TpmPublic.read(body.publicArea());
    QuoteSignature signature = QuoteSignature.read(body.signature(), key.key(), key.scheme());
    Optional<EventLog> log = Optional.empty();
    if (body.eventLog().isPresent()) {
      log = Optional.of(EventLog.read(body.eventLog().get()));
    }
    signature.requireOver(body.attest(), key.key(), key.schemeHash().orElse(signature.hash()));
    key.requireAttestationKey();
    KnownKey known = known(key.name(), at);
    quote.requireValues(body.pcrs(), signature.hash());
    return verified(
        evidence,
        Map.of(Bound.NONCE, quote.extraData()),
        Optional.empty(),
        known.endorsedUntil(),
        new TpmStatement(known, quote, body.pcrs(), log));
  }

  private KnownKey known(Bytes name, Instant at) throws Rejection {
    Optional<KnownKey> known = keys.find(name, at);
    if (known.isEmpty() || at.isAfter(known.get().endorsedUntil())) {
      throw new Rejection(
          Stage.ENDORSEMENT,
          Reason.AK_UNKNOWN,
          "nothing shows that the key " + name.hex() + " lives in a TPM");
    }
    return known.get();
  }

  /** A quote's extra data has room for a hash: SHA-256 of the report data. */
  @Override
  public Map<Bound, Bytes> bindings(Bytes reportData) {
    return Map.of(Bound.NONCE, reportData.sha256());
  }
}
