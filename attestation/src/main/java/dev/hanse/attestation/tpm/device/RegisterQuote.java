package dev.hanse.attestation.tpm.device;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.tpm.Pcr;
import dev.hanse.attestation.tpm.PcrSelection;
import dev.hanse.attestation.tpm.TpmEvidence;
import java.util.Map;
import java.util.Optional;

/**
 * A quote, and what the quoted registers held.
 *
 * @param quote as it was signed
 * @param pcrs read around it
 */
public record RegisterQuote(TpmDevice.SignedQuote quote, Map<Pcr, Bytes> pcrs) {
  /** How often a register may change around a quote; then the verifier says what is wrong. */
  private static final int TRIES = 3;

  public RegisterQuote {
    pcrs = Map.copyOf(pcrs);
  }

  /**
   * Quotes registers. Blocks.
   *
   * @param key of an attestation key, in a slot or persistent
   * @param qualifyingData what the exchange wants signed: SHA-256 of its report data
   */
  public static RegisterQuote take(
      TpmDevice device, int key, Bytes qualifyingData, PcrSelection selection) throws TpmException {
    for (int left = TRIES; ; left--) {
      Map<Pcr, Bytes> before = device.readPcrs(selection);
      TpmDevice.SignedQuote quote = device.quote(key, qualifyingData, selection);
      // Values read around the quote are the quoted ones only if nothing was extended meanwhile.
      if (before.equals(device.readPcrs(selection)) || left == 1) {
        return new RegisterQuote(quote, before);
      }
    }
  }

  /**
   * With what else a verifier needs.
   *
   * @param publicArea TPMT_PUBLIC of the key; empty where something else vouches for it
   * @param eventLog as the kernel shows it, if it is to be judged
   */
  public TpmEvidence with(Bytes publicArea, Optional<Bytes> eventLog) {
    return new TpmEvidence(quote.attest(), quote.signature(), publicArea, pcrs, eventLog);
  }
}
