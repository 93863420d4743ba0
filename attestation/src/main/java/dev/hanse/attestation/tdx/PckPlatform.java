package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What Intel states of a platform in the certificate of its key (PCK): the extension
 * 1.2.840.113741.1.13.1, from Intel's "SGX PCK Certificate and Certificate Revocation List Profile
 * Specification".
 *
 * @param ppid names the processor package, 16 bytes
 * @param sgxTcbSvns 16 security versions, 0 to 255
 * @param pceSvn security version of the provisioning enclave, 0 to 65535
 * @param pceId 2 bytes
 * @param fmspc family, model, stepping, platform type and custom SKU: 6 bytes
 * @param platformInstance names a platform of several packages, 16 bytes
 */
public record PckPlatform(
    Bytes ppid,
    List<Integer> sgxTcbSvns,
    int pceSvn,
    Bytes pceId,
    Bytes fmspc,
    Optional<Bytes> platformInstance) {
  private static final String EXTENSION = "1.2.840.113741.1.13.1";

  public PckPlatform {
    sgxTcbSvns = List.copyOf(sgxTcbSvns);
  }

  /**
   * Reads a certificate.
   *
   * @throws Rejection with {@code PCK_EXTENSION} if the extension or a part of it is missing, twice
   *     there or not as specified
   */
  static PckPlatform of(X509Certificate pck) throws Rejection {
    return read(PckItems.ofExtension(pck.getExtensionValue(EXTENSION)));
  }

  /** Reads the extension's parts. */
  static PckPlatform read(PckItems items) throws Rejection {
    PckItems tcb = items.nested(2);
    List<Integer> svns = new ArrayList<>(TcbLevel.COMPONENTS);
    for (int component = 1; component <= TcbLevel.COMPONENTS; component++) {
      svns.add(tcb.number(component, 0xFF));
    }
    return new PckPlatform(
        items.octets(1, 16),
        svns,
        tcb.number(17, 0xFFFF),
        items.octets(3, 2),
        items.octets(4, 6),
        items.has(6) ? Optional.of(items.octets(6, 16)) : Optional.empty());
  }
}
