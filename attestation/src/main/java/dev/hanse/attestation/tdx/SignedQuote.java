package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.x509.Anchors;
import dev.hanse.attestation.x509.Certificates;
import dev.hanse.attestation.x509.Chain;
import dev.hanse.attestation.x509.Ecdsa;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;

/**
 * A quote whose signatures hold: a platform with a certificate of Intel's signed for its quoting
 * enclave, that enclave's report names the attestation key, and that key signed the quote.
 *
 * <p>That says who signed and nothing of what Intel thinks of them by now: whether the enclave is
 * the genuine one, and the platform not revoked or outdated, is {@link TdxVerifier#endorse}'s to
 * find out. It exists only if the signatures hold. Immutable, any thread.
 */
public final class SignedQuote {
  private static final int COORDINATE_BYTES = 32;

  private final TdxQuote quote;
  private final QeReport qeReport;
  private final Chain chain;
  private final PckPlatform platform;

  private SignedQuote(TdxQuote quote, QeReport qeReport, Chain chain, PckPlatform platform) {
    this.quote = quote;
    this.qeReport = qeReport;
    this.chain = chain;
    this.platform = platform;
  }

  static SignedQuote verify(Bytes encoded, Anchors anchors, Instant at) throws Rejection {
    TdxQuote quote = TdxQuote.parse(encoded);
    QeReport qeReport = QeReport.read(quote.qeReport());
    Chain chain =
        Chain.verify(Certificates.ofPem(quote.certificates()), anchors, at, IntelPki.PROFILE);
    require(
        IntelPki.isPlatform(chain),
        Reason.SIGNER,
        "the quote's certificates are not those of a platform: PCK, its CA, root");
    Ecdsa pck = Ecdsa.ofKey(Ecdsa.Curve.P256, chain.leaf().getPublicKey());
    require(
        pck.signs(quote.qeReport().sha256().toArray(), quote.qeSignature()),
        Reason.QE_SIGNATURE,
        "the platform's key did not sign the QE report");
    require(
        qeReport.reportData().equals(binding(quote)),
        Reason.AK_BINDING,
        "the QE report does not name the attestation key");
    require(
        key(quote.attestationKey()).signs(quote.signed().sha256().toArray(), quote.signature()),
        Reason.SIGNATURE,
        "the attestation key did not sign the quote");
    return new SignedQuote(quote, qeReport, chain, PckPlatform.of(chain.leaf()));
  }

  /** What the TDX module reported. */
  public TdReport report() {
    return quote.report();
  }

  /** Whose platform signed. */
  public PckPlatform platform() {
    return platform;
  }

  /** 4 or 5. */
  public int version() {
    return quote.version();
  }

  /** When the first of the platform's certificates expires. */
  public Instant validUntil() {
    return chain.validUntil();
  }

  QeReport qeReport() {
    return qeReport;
  }

  Chain chain() {
    return chain;
  }

  /** What the QE puts into its report for a key: SHA-256 of key and authentication data, zeros. */
  private static Bytes binding(TdxQuote quote) {
    byte[] key = quote.attestationKey().toArray();
    byte[] authentication = quote.qeAuthentication().toArray();
    byte[] both = Arrays.copyOf(key, key.length + authentication.length);
    System.arraycopy(authentication, 0, both, key.length, authentication.length);
    return Bytes.copyOf(Arrays.copyOf(Bytes.copyOf(both).sha256().toArray(), 64));
  }

  private static Ecdsa key(Bytes point) throws Rejection {
    byte[] coordinates = point.toArray();
    return Ecdsa.ofPoint(
        Ecdsa.Curve.P256,
        new BigInteger(1, coordinates, 0, COORDINATE_BYTES),
        new BigInteger(1, coordinates, COORDINATE_BYTES, COORDINATE_BYTES));
  }

  private static void require(boolean holds, Reason reason, String detail) throws Rejection {
    Rejection.unless(holds, Stage.CRYPTO, reason, detail);
  }
}
