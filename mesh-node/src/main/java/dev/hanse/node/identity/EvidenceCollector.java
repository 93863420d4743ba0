package dev.hanse.node.identity;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Asks this machine for proof of what it is. Blocking; any thread, one at a time. */
@FunctionalInterface
public interface EvidenceCollector {
  /**
   * Collects fresh evidence: every part the machine has, its CPU's or TPM's first.
   *
   * @param reportData 64 bytes the evidence must sign
   * @throws IOException if the device is absent or fails; the message says what to do
   */
  List<Evidence> collect(Bytes reportData) throws IOException;

  /** The TPM whose quote will be among the evidence; empty for a machine without. */
  default Optional<TpmIdentity> tpm() throws IOException {
    return Optional.empty();
  }

  /**
   * Lets the TPM of {@link #tpm} read the secret of a challenge.
   *
   * @throws IOException if it cannot: the credential was made for another TPM or key
   */
  default Bytes activate(Bytes credentialBlob, Bytes encryptedSecret) throws IOException {
    throw new IOException("the control plane asks for a TPM, and this node named none");
  }

  /**
   * The keys of this machine's TPM.
   *
   * @param endorsementKey TPMT_PUBLIC
   * @param endorsementCertificate DER; empty where the TPM holds none
   * @param intermediates DER, between it and its manufacturer's root
   * @param attestationKey TPMT_PUBLIC
   */
  record TpmIdentity(
      Bytes endorsementKey,
      Bytes endorsementCertificate,
      List<Bytes> intermediates,
      Bytes attestationKey) {
    public TpmIdentity {
      intermediates = List.copyOf(intermediates);
    }
  }
}
