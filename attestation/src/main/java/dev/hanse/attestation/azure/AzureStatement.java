package dev.hanse.attestation.azure;

import dev.hanse.attestation.Statement;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.tpm.TpmStatement;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a confidential virtual machine proved: its TEE's word, and the quote of the virtual TPM that
 * the TEE vouches for.
 *
 * @param tee the report's claims; empty where only its signatures were checked and Intel's word on
 *     the platform was not at hand
 * @param configuration of the machine, by the paravisor's word, which the report covers
 */
public record AzureStatement(
    Optional<VerifiedClaims> tee, TpmStatement tpm, Map<String, String> configuration)
    implements Statement {
  public AzureStatement {
    configuration = Map.copyOf(configuration);
  }

  @Override
  public Map<String, String> facts() {
    Map<String, String> facts = new TreeMap<>();
    tee.ifPresent(
        claims -> claims.measurements().forEach((name, value) -> facts.put("tee-" + name, value)));
    facts.put("tee-appraised", Boolean.toString(tee.isPresent()));
    tpm.facts().forEach((name, value) -> facts.put("vtpm-" + name, value));
    configuration.forEach((name, value) -> facts.put("vm-" + name, value));
    return facts;
  }
}
