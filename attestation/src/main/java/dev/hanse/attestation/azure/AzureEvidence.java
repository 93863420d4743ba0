package dev.hanse.attestation.azure;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.tpm.TpmEvidence;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

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

  /**
   * What a node needs a quote of before it has evidence.
   *
   * @param hclReport as the index holds it
   * @return the TD's report, 1024 bytes; empty on SEV-SNP, whose report needs no quote
   * @throws Rejection if it is no HCL report of these two
   */
  public static Optional<Bytes> tdReport(Bytes hclReport) throws Rejection {
    HclReport hcl = HclReport.read(hclReport);
    return switch (hcl.tee()) {
      case SNP -> Optional.empty();
      case TDX -> Optional.of(hcl.tdReport());
    };
  }

  /**
   * As evidence, of TDX if there is a quote and else of SEV-SNP.
   *
   * @param certificates VCEK, ASK and ARK; none for TDX
   */
  public Evidence toEvidence(List<Bytes> certificates) {
    return new Evidence(
        tdQuote.size() == 0 ? AzureVerifier.SNP : AzureVerifier.TDX, toBytes(), certificates);
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
