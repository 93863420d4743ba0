package dev.hanse.attestation.azure;

import dev.hanse.attestation.Bound;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.Verifier;
import dev.hanse.attestation.snp.SnpVerifier;
import dev.hanse.attestation.tdx.TdxVerifier;
import dev.hanse.attestation.tpm.KnownKey;
import dev.hanse.attestation.tpm.Quote;
import dev.hanse.attestation.tpm.QuoteSignature;
import dev.hanse.attestation.tpm.SigningScheme;
import dev.hanse.attestation.tpm.TpmEvidence;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.attestation.tpm.TpmKey;
import dev.hanse.attestation.tpm.TpmStatement;
import dev.hanse.attestation.tpm.eventlog.EventLog;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Verifies evidence of Azure's confidential virtual machines; {@link AzureEvidence} is its layout.
 *
 * <p>The TEE's report is followed to its vendor's root as if it stood alone; it carries the digest
 * of the runtime data, which name the virtual TPM's key; that key signed the quote. The report is
 * made once at boot, so an exchange is bound by the quote and not by the report. Whether the key
 * can leave the virtual TPM is the paravisor's to see to, and its measurement is in the report:
 * rules that name no reference measurement trust any paravisor.
 */
public final class AzureVerifier extends Verifier {
  /** On SEV-SNP. */
  public static final String SNP = "azure-snp-vtpm";

  /** On TDX. */
  public static final String TDX = "azure-tdx-vtpm";

  private final Tee tee;

  private AzureVerifier(String technology, Tee tee) {
    super(technology, Level.TEE);
    this.tee = tee;
  }

  /** For machines on SEV-SNP, whose reports this verifier follows. */
  public static AzureVerifier onSnp(SnpVerifier snp) {
    return new AzureVerifier(SNP, new Tee.Snp(snp));
  }

  /** For machines on TDX, whose quotes this verifier follows. */
  public static AzureVerifier onTdx(TdxVerifier tdx) {
    return new AzureVerifier(TDX, new Tee.Tdx(tdx, false));
  }

  /**
   * As {@link #onTdx}, but goes on where Intel's word on a platform is not kept, and says so in the
   * statement. For captures of which none was kept; never for live nodes.
   */
  static AzureVerifier onTdxWithoutCollateral(TdxVerifier tdx) {
    return new AzureVerifier(TDX, new Tee.Tdx(tdx, true));
  }

  /** Whose report it is. */
  private sealed interface Tee {
    record Snp(SnpVerifier verifier) implements Tee {}

    record Tdx(TdxVerifier verifier, boolean withoutCollateral) implements Tee {}
  }

  /** What a report turned out to be worth. */
  private sealed interface Reported {
    record Refused(Verification refusal) implements Reported {}

    record Claimed(VerifiedClaims claims) implements Reported {}

    record Signed(Bytes reportData) implements Reported {}
  }

  /** Every part is read before the first signature is checked: what has no form costs little. */
  @Override
  protected Verification examine(Evidence evidence, Instant at) throws Rejection {
    AzureEvidence body = AzureEvidence.read(evidence.body());
    HclReport hcl = HclReport.read(body.hclReport());
    HclReport.Tee wanted =
        switch (tee) {
          case Tee.Snp _ -> HclReport.Tee.SNP;
          case Tee.Tdx _ -> HclReport.Tee.TDX;
        };
    Rejection.unless(
        hcl.tee() == wanted,
        Stage.PARSE,
        Reason.TEE_TYPE,
        "a report of " + hcl.tee() + " as evidence of " + wanted);
    Quoted quoted = Quoted.read(body.tpm(), hcl.key());
    return switch (reported(body, hcl, evidence, at)) {
      case Reported.Refused(var refusal) -> refusal;
      case Reported.Claimed(var claims) -> {
        requireRuntime(Optional.ofNullable(claims.bound().get(Bound.REPORT_DATA)), hcl);
        yield vouched(evidence, hcl, quoted, Optional.of(claims), claims.endorsedUntil());
      }
      case Reported.Signed(var reportData) -> {
        requireRuntime(Optional.of(reportData), hcl);
        yield vouched(evidence, hcl, quoted, Optional.empty(), Instant.MAX);
      }
    };
  }

  private Reported reported(AzureEvidence body, HclReport hcl, Evidence evidence, Instant at)
      throws Rejection {
    return switch (tee) {
      case Tee.Snp(var snp) -> {
        Rejection.unless(
            body.tdQuote().size() == 0,
            Stage.PARSE,
            Reason.TRAILING,
            "a machine on SEV-SNP has no TDX quote");
        yield reported(
            snp.verify(
                new Evidence(SnpVerifier.TECHNOLOGY, hcl.report(), evidence.collateral()), at));
      }
      case Tee.Tdx(var tdx, var withoutCollateral) -> {
        Rejection.unless(
            evidence.collateral().isEmpty(),
            Stage.PARSE,
            Reason.STRUCTURE,
            "the event log of Azure's TDX is its virtual TPM's; nothing stands beside the evidence");
        yield withoutCollateral
            ? new Reported.Signed(tdx.signedQuote(body.tdQuote(), at).report().reportData())
            : reported(tdx.verify(new Evidence(TdxVerifier.TECHNOLOGY, body.tdQuote()), at));
      }
    };
  }

  private static Reported reported(Verification verification) {
    return switch (verification) {
      case Verification.Verified(var claims) -> new Reported.Claimed(claims);
      case Verification.Refused refused -> new Reported.Refused(refused);
    };
  }

  /** The report must carry the runtime data's digest and nothing else. */
  private static void requireRuntime(Optional<Bytes> reportData, HclReport hcl) throws Rejection {
    Bytes expected =
        Bytes.copyOf(
            Arrays.copyOf(hcl.runtimeDigest().toArray(), VerifiedClaims.REPORT_DATA_BYTES));
    Rejection.unless(
        reportData.equals(Optional.of(expected)),
        Stage.CRYPTO,
        Reason.AK_BINDING,
        "the TEE's report is not about this runtime data");
  }

  private Verification vouched(
      Evidence evidence,
      HclReport hcl,
      Quoted quoted,
      Optional<VerifiedClaims> claims,
      Instant endorsedUntil)
      throws Rejection {
    quoted.requireBy(hcl.key());
    KnownKey key =
        new KnownKey(
            Bytes.copyOf(hcl.key().modulus().toByteArray()).sha256(),
            Optional.empty(),
            endorsedUntil);
    return verified(
        evidence,
        Map.of(Bound.NONCE, quoted.quote().extraData()),
        Optional.empty(),
        endorsedUntil,
        new AzureStatement(
            claims,
            new TpmStatement(key, quoted.quote(), quoted.evidence().pcrs(), quoted.log()),
            hcl.configuration()));
  }

  /** The virtual TPM's part, read and not yet believed. */
  private record Quoted(
      TpmEvidence evidence, Quote quote, QuoteSignature signature, Optional<EventLog> log) {
    static Quoted read(TpmEvidence evidence, TpmKey.Rsa key) throws Rejection {
      Quote quote = Quote.read(evidence.attest());
      QuoteSignature signature =
          QuoteSignature.read(evidence.signature(), key, Optional.of(SigningScheme.RSASSA));
      Optional<EventLog> log = Optional.empty();
      if (evidence.eventLog().isPresent()) {
        log = Optional.of(EventLog.read(evidence.eventLog().get()));
      }
      return new Quoted(evidence, quote, signature, log);
    }

    void requireBy(TpmKey.Rsa key) throws Rejection {
      signature.requireOver(evidence.attest(), key, TpmHash.SHA256);
      quote.requireValues(evidence.pcrs(), signature.hash());
    }
  }

  /** A quote's extra data has room for a hash: SHA-256 of the report data. */
  @Override
  public Map<Bound, Bytes> bindings(Bytes reportData) {
    return Map.of(Bound.NONCE, reportData.sha256());
  }
}
