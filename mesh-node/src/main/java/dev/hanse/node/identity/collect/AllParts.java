package dev.hanse.node.identity.collect;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.node.identity.EvidenceCollector;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A machine of several parts: all of them are asked over one report data, in order, and one that
 * fails fails them all.
 *
 * @param collectors the CPU's or TPM's first; at most one with a TPM
 */
public record AllParts(List<EvidenceCollector> collectors) implements EvidenceCollector {
  public AllParts {
    collectors = List.copyOf(collectors);
    if (collectors.isEmpty()) {
      throw new IllegalArgumentException("a machine has at least one part to ask");
    }
  }

  @Override
  public List<Evidence> collect(Bytes reportData) throws IOException {
    List<Evidence> parts = new ArrayList<>();
    for (EvidenceCollector collector : collectors) {
      parts.addAll(collector.collect(reportData));
    }
    return parts;
  }

  @Override
  public Optional<TpmIdentity> tpm() throws IOException {
    for (EvidenceCollector collector : collectors) {
      Optional<TpmIdentity> tpm = collector.tpm();
      if (tpm.isPresent()) {
        return tpm;
      }
    }
    return Optional.empty();
  }

  @Override
  public Bytes activate(Bytes credentialBlob, Bytes encryptedSecret) throws IOException {
    for (EvidenceCollector collector : collectors) {
      if (collector.tpm().isPresent()) {
        return collector.activate(credentialBlob, encryptedSecret);
      }
    }
    return EvidenceCollector.super.activate(credentialBlob, encryptedSecret);
  }
}
