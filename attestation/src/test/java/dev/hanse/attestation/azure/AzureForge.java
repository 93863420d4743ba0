package dev.hanse.attestation.azure;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.snp.ForgedSnp;
import dev.hanse.attestation.tdx.ForgedTdx;
import dev.hanse.attestation.tpm.ForgedTpm;
import dev.hanse.attestation.tpm.TpmEvidence;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A confidential virtual machine of our own, on either TEE: a paravisor that has its runtime data
 * vouched for, and a virtual TPM whose key they name. Set {@link #runtime} or {@link #vtpm}, then
 * ask for a part or all of it.
 */
public final class AzureForge {
  /** When all of it is good. */
  public static final Instant AT = ForgedSnp.AT;

  /** Where the JSON stands in an HCL report. */
  static final int JSON_AT = 0x4d4;

  static final Bytes REPORT_DATA = Bytes.copyOf("an exchange".getBytes(UTF_8)).sha512();

  private static final int REPORT_AT = 0x20;
  private static final int RUNTIME_AT = 0x4c0;

  final boolean tdx;
  final ForgedSnp snpMachine = new ForgedSnp();
  final ForgedTdx tdxMachine = new ForgedTdx();
  ForgedTpm vtpm = new ForgedTpm();
  Bytes extraData = REPORT_DATA.sha256();
  String runtime = runtime(akPub(ForgedTpm.modulus()), ekPub());

  /** As on genuine machines. */
  private int indexBytes = 2600;

  private AzureForge(boolean tdx) {
    this.tdx = tdx;
  }

  public static AzureForge onSnp() {
    return new AzureForge(false);
  }

  public static AzureForge onTdx() {
    return new AzureForge(true);
  }

  static AzureForge on(String technology) {
    return new AzureForge(technology.equals(AzureVerifier.TDX));
  }

  /** Its machine, if it is on SEV-SNP. */
  public ForgedSnp snpMachine() {
    return snpMachine;
  }

  /** Its machine, if it is on TDX. */
  public ForgedTdx tdxMachine() {
    return tdxMachine;
  }

  String technology() {
    return tdx ? AzureVerifier.TDX : AzureVerifier.SNP;
  }

  /**
   * Names this key as the virtual TPM's and no other, in an index without zeros behind: a swtpm's
   * have no more than 2,048 bytes.
   */
  public AzureForge naming(BigInteger modulus) {
    indexBytes = 0;
    return vouchingFor(runtime(akPub(modulus)));
  }

  /** Takes other runtime data, for which the TEE vouches too. */
  AzureForge vouchingFor(String json) {
    runtime = json;
    return this;
  }

  /** Runtime data with these keys, as the paravisor writes them. */
  static String runtime(String... keys) {
    return """
    {"keys":[%s],"vm-configuration":{"console-enabled":true,"secure-boot":true,\
    "tpm-enabled":true,"vmUniqueId":"26F8BC30-774E-4290-8E7A-535F3B672AEE"},"user-data":"%s"}\
    """
        .formatted(String.join(",", keys), "00".repeat(64));
  }

  static String akPub(BigInteger modulus) {
    return key("HCLAkPub", "sign", "RSA", "AQAB", modulus);
  }

  private static String ekPub() {
    return key("HCLEkPub", "encrypt", "RSA", "AQAB", BigInteger.ONE.shiftLeft(2047).setBit(0));
  }

  static String key(String id, String use, String type, String exponent, BigInteger modulus) {
    byte[] signed = modulus.toByteArray();
    byte[] magnitude = signed[0] == 0 ? Arrays.copyOfRange(signed, 1, signed.length) : signed;
    return """
    {"kid":"%s","key_ops":["%s"],"kty":"%s","e":"%s","n":"%s"}\
    """
        .formatted(
            id,
            use,
            type,
            exponent,
            Base64.getUrlEncoder().withoutPadding().encodeToString(magnitude));
  }

  /** What the TEE's report carries of the runtime data. */
  Bytes reportData() {
    byte[] digest = Bytes.copyOf(runtime.getBytes(UTF_8)).sha256().toArray();
    return Bytes.copyOf(Arrays.copyOf(digest, 64));
  }

  /** The report in its index. */
  public Bytes hclReport() {
    byte[] json = runtime.getBytes(UTF_8);
    ByteBuffer out =
        ByteBuffer.allocate(Math.max(indexBytes, JSON_AT + json.length))
            .order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(0x414C4348).putInt(tdx ? 2 : 1).putInt(JSON_AT + json.length).putInt(2);
    out.position(REPORT_AT).put(tdx ? tdReport() : snpMachine.report(reportData()).toArray());
    out.position(RUNTIME_AT).putInt(20 + json.length).putInt(1).putInt(tdx ? 4 : 2).putInt(1);
    out.putInt(json.length).put(json);
    return Bytes.copyOf(out.array());
  }

  /** A TDREPORT has 1024 bytes, and its report data at 128. */
  private byte[] tdReport() {
    byte[] report = new byte[1024];
    report[0] = (byte) 0x81;
    System.arraycopy(reportData().toArray(), 0, report, 128, 64);
    return report;
  }

  /** The quote of the TD's report; none on SEV-SNP. */
  public Bytes tdQuote() {
    return tdx ? tdxMachine.quote(reportData()) : Bytes.copyOf(new byte[0]);
  }

  TpmEvidence quote() throws Exception {
    return vtpm.quote(extraData);
  }

  AzureEvidence body() throws Exception {
    return new AzureEvidence(hclReport(), tdQuote(), quote());
  }

  public Evidence evidence() throws Exception {
    return evidence(body().toBytes());
  }

  /** A body with what goes beside it. */
  Evidence evidence(Bytes body) {
    return new Evidence(technology(), body, certificates());
  }

  /** VCEK, ASK and ARK; none on TDX. */
  public List<Bytes> certificates() {
    return tdx ? List.of() : snpMachine.certificates();
  }

  /** As for live nodes, but for the roots. */
  public AzureVerifier verifier() {
    return tdx
        ? AzureVerifier.onTdx(tdxMachine.verifier())
        : AzureVerifier.onSnp(snpMachine.verifier());
  }

  Verification verify() throws Exception {
    return verifier().verify(evidence(), AT);
  }

  Verification verify(AzureEvidence body) {
    return verifier().verify(evidence(body.toBytes()), AT);
  }
}
