package dev.hanse.attestation.tpm.device;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.tpm.PcrSelection;
import dev.hanse.attestation.tpm.activation.CredentialChallenge;
import java.util.Arrays;
import java.util.Optional;

/**
 * A node's side of TPM attestation: one endorsement key, one attestation key, and what they are
 * asked for. Both keys are derived anew on every start and never leave the TPM.
 *
 * <p>In an exchange, the node sends {@link #ekPublic}, {@link #ekCertificate} and {@link #akPublic}
 * with its wish for a challenge; gets a nonce and a {@link CredentialChallenge}; and answers with
 * what {@link #activate} gives and the evidence {@link #quote} makes over {@code
 * reportData.sha256()}. Blocks: seconds on a chip. Any thread.
 */
public final class TpmAttester implements AutoCloseable {
  /** EK certificate of {@link KeyTemplate#EK_RSA_2048} (TCG EK Credential Profile 2.6, 2.2.1.4). */
  private static final int NV_RSA_CERTIFICATE = 0x01C00002;

  /** EK certificate of {@link KeyTemplate#EK_ECC_P256}. */
  private static final int NV_ECC_CERTIFICATE = 0x01C0000A;

  private final TpmDevice device;
  private final TpmDevice.LoadedKey ek;
  private final TpmDevice.LoadedKey ak;
  private final Optional<Bytes> ekCertificate;

  private TpmAttester(
      TpmDevice device,
      TpmDevice.LoadedKey ek,
      TpmDevice.LoadedKey ak,
      Optional<Bytes> ekCertificate) {
    this.device = device;
    this.ek = ek;
    this.ak = ak;
    this.ekCertificate = ekCertificate;
  }

  /**
   * Makes both keys in a TPM. It is closed with the attester.
   *
   * @param ek an endorsement key's template
   * @param ak an attestation key's template
   */
  public static TpmAttester open(TpmDevice device, KeyTemplate ek, KeyTemplate ak)
      throws TpmException {
    TpmDevice.LoadedKey endorsement = device.createPrimary(ek);
    try {
      TpmDevice.LoadedKey attestation = device.createPrimary(ak);
      try {
        int index = ek == KeyTemplate.EK_ECC_P256 ? NV_ECC_CERTIFICATE : NV_RSA_CERTIFICATE;
        Optional<Bytes> certificate = device.readNv(index).map(TpmAttester::unpadded);
        return new TpmAttester(device, endorsement, attestation, certificate);
      } catch (TpmException failed) {
        device.flushQuietly(attestation.handle());
        throw failed;
      }
    } catch (TpmException failed) {
      device.flushQuietly(endorsement.handle());
      throw failed;
    }
  }

  /** With the RSA endorsement key, which every TPM has, and an ECDSA attestation key. */
  public static TpmAttester open(TpmDevice device) throws TpmException {
    return open(device, KeyTemplate.EK_RSA_2048, KeyTemplate.AK_ECDSA);
  }

  /** TPMT_PUBLIC of the endorsement key. */
  public Bytes ekPublic() {
    return ek.publicArea();
  }

  /**
   * Its certificate in DER, as the manufacturer left it in the TPM; a virtual TPM may have none.
   */
  public Optional<Bytes> ekCertificate() {
    return ekCertificate;
  }

  /** TPMT_PUBLIC of the attestation key. */
  public Bytes akPublic() {
    return ak.publicArea();
  }

  /**
   * Opens a credential.
   *
   * @return its secret, for whoever made it
   * @throws TpmException if it was made for other keys, among others
   */
  public Bytes activate(CredentialChallenge challenge) throws TpmException {
    return activate(challenge.credentialBlob(), challenge.encryptedSecret());
  }

  /** As {@link #activate(CredentialChallenge)}, by its parts. */
  public Bytes activate(Bytes credentialBlob, Bytes encryptedSecret) throws TpmException {
    return device.activateCredential(ak.handle(), ek.handle(), credentialBlob, encryptedSecret);
  }

  /**
   * Quotes registers, with the values they hold.
   *
   * @param qualifyingData what the exchange wants signed: SHA-256 of its report data
   * @param eventLog as the kernel shows it, if it is to be judged
   */
  public Evidence quote(Bytes qualifyingData, PcrSelection selection, Optional<Bytes> eventLog)
      throws TpmException {
    return RegisterQuote.take(device, ak.handle(), qualifyingData, selection)
        .with(ak.publicArea(), eventLog)
        .toEvidence();
  }

  /** Cuts what stands behind a certificate: some TPMs fill the rest of its index. */
  private static Bytes unpadded(Bytes content) {
    byte[] bytes = content.toArray();
    if (bytes.length < 4 || bytes[0] != 0x30 || bytes[1] != (byte) 0x82) {
      return content;
    }
    int end = 4 + (Byte.toUnsignedInt(bytes[2]) << Byte.SIZE | Byte.toUnsignedInt(bytes[3]));
    return end >= bytes.length ? content : Bytes.copyOf(Arrays.copyOf(bytes, end));
  }

  /** Frees both slots and leaves the TPM. */
  @Override
  public void close() throws TpmException {
    device.flushQuietly(ak.handle());
    device.flushQuietly(ek.handle());
    device.close();
  }
}
