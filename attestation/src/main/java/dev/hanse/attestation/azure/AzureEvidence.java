package dev.hanse.attestation.azure;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.tpm.TpmEvidence;
import java.nio.ByteBuffer;

/**
 * The body of evidence of Azure's confidential virtual machines. Big-endian:
 *
 * <pre>
 *   u8   version, 1
 *   u32  length, HCL report: NV index 0x01400001 of the virtual TPM
 *   u32  length, TDX quote of the report within; 0 for SEV-SNP
 *        TPM evidence, as {@link TpmEvidence} lays it out, with an empty public area
 * </pre>
 *
 * <p>For SEV-SNP the collateral is VCEK, ASK and ARK as for a bare report; for TDX there is none.
 */
public record AzureEvidence(Bytes hclReport, Bytes tdQuote, TpmEvidence tpm) {
  private static final int VERSION = 1;

  /** Reads a body, exactly; what it holds is not looked into yet. */
  static AzureEvidence read(Bytes body) throws Rejection {
    ByteReader in = new ByteReader(body);
    int version = in.u8("version");
    Rejection.unless(
        version == VERSION,
        Stage.PARSE,
        Reason.VERSION,
        "Azure evidence of version " + version + " is unknown");
    Bytes hclReport = in.bytes(in.u32Be("HCL report length"), "HCL report");
    Bytes tdQuote = in.bytes(in.u32Be("TDX quote length"), "TDX quote");
    TpmEvidence tpm = TpmEvidence.read(in.bytes(in.remaining(), "TPM evidence"));
    Rejection.unless(
        tpm.publicArea().size() == 0,
        Stage.PARSE,
        Reason.TRAILING,
        "the virtual TPM's key is in the runtime data and nowhere else");
    return new AzureEvidence(hclReport, tdQuote, tpm);
  }

  /** The body. */
  public Bytes toBytes() {
    Bytes rest = tpm.toBytes();
    return Bytes.copyOf(
        ByteBuffer.allocate(1 + 4 + hclReport.size() + 4 + tdQuote.size() + rest.size())
            .put((byte) VERSION)
            .putInt(hclReport.size())
            .put(hclReport.toArray())
            .putInt(tdQuote.size())
            .put(tdQuote.toArray())
            .put(rest.toArray())
            .array());
  }
}
