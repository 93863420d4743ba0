package dev.hanse.attestation.snp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.vectors.Vector;
import dev.hanse.attestation.vectors.Verdict;
import dev.hanse.attestation.x509.CertificateForge;
import dev.hanse.attestation.x509.Scheme;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The judge on vectors of our own: a set that lost its files must not pass for one that holds. */
class SnpJudgeTest {
  private final SnpForge forge = SnpForge.vcek(Product.MILAN);
  private final SnpJudge judge = new SnpJudge();
  private final Map<String, Bytes> files = new HashMap<>();
  private final ObjectNode params =
      JsonNodeFactory.instance.objectNode().put("report_data", "50".repeat(64));
  private Optional<Bytes> anchor = Optional.of(pem(forge.root));
  private Optional<Instant> time = Optional.of(SnpForge.NOW);
  private String expect = "accept";

  SnpJudgeTest() {
    filesOf(forge);
  }

  @Test
  void isForSnp() {
    assertThat(judge.technology()).isEqualTo("sev-snp");
  }

  @Test
  void acceptsWhatIsGenuineWithAndWithoutARevocationList() {
    accepted();
    files.put("crl", forge.revocations().signedBy(forge.rootKey(), Scheme.PSS));
    accepted();
  }

  @Test
  void refusesWhatTheVectorsOwnRevocationListRevokes() {
    files.put("crl", forge.revocations(0x10001).signedBy(forge.rootKey(), Scheme.PSS));

    rejected(Stage.REVOCATION, Reason.ASK_REVOKED);
  }

  @Test
  void requiresARevocationListThatIsThereToHold() {
    files.put("crl", Bytes.copyOf(new byte[0]));

    rejected(Stage.REVOCATION, Reason.CRL_MISSING);
  }

  @Test
  void trustsAmdWhereTheVectorBringsNoAnchor() {
    anchor = Optional.empty();

    rejected(Stage.CRYPTO, Reason.UNTRUSTED_ROOT);
  }

  @Test
  void refusesAVectorWithoutFilesOrTime() {
    files.clear();
    rejected(Stage.PARSE, Reason.LENGTH);
    filesOf(forge);
    time = Optional.empty();
    rejected(Stage.CRYPTO, Reason.CERT_NOT_YET_VALID);
  }

  @Test
  void comparesTheExchange() {
    params.put("report_data", "51".repeat(64));
    rejected(Stage.FRESHNESS, Reason.REPORT_DATA_MISMATCH);
    params.remove("report_data");
    rejected(Stage.FRESHNESS, Reason.REPORT_DATA_MISMATCH);
  }

  @Test
  void judgesByTheStrictProfile() {
    filesOf(forge.put(8, 0x3_001FL | 1 << 19, 8));

    rejected(Stage.POLICY, Reason.DEBUG_ALLOWED);
  }

  @Test
  void comparesReferenceValuesAndPrefersThoseNamedSo() {
    params.put("measurement", "90".repeat(48)).put("host_data", "c0".repeat(32));
    params.put("id_key_digest", "e0".repeat(48));
    accepted();
    params.put("reference_measurement", "91".repeat(48));
    rejected(Stage.POLICY, Reason.MEASUREMENT);
    params.remove("reference_measurement");
    params.put("host_data", "c1".repeat(32));
    rejected(Stage.POLICY, Reason.HOST_DATA);
  }

  @Test
  void takesAProvidersKeyOnlyWhereTheVectorSaysSo() {
    SnpForge vlek = SnpForge.vlek(Product.MILAN);
    filesOf(vlek);

    rejected(Stage.POLICY, Reason.VLEK_NOT_ALLOWED);
    params.put("allow_vlek", true);
    accepted();
  }

  @Test
  void holdsTheTcbAgainstEitherFloor() {
    params.putObject("min_tcb").put("bl", 4).put("snp", 0x18).put("ucode", 0xDB);
    accepted();
    params.putObject("min_tcb").put("bl", 5);
    rejected(Stage.POLICY, Reason.TCB_BELOW_FLOOR);
    params.remove("min_tcb");
    params.putObject("min_committed_tcb").put("tee", 1);
    rejected(Stage.POLICY, Reason.TCB_BELOW_FLOOR);
    params.putObject("min_committed_tcb").put("tee", 0);
    accepted();
  }

  @Test
  void readsOneChipInBothEncodings() {
    expect = "parse-ok-signature-bad";
    byte[] wrapped = new byte[66];
    wrapped[0] = 4;
    wrapped[1] = 64;
    System.arraycopy(SnpForge.CHIP, 0, wrapped, 2, 64);
    files.put("raw", CertificateForge.encoded(forge.leaf()));
    files.put("octetstring", CertificateForge.encoded(forge.extension("4", wrapped).leaf()));
    params.put("hwid_raw", Bytes.copyOf(SnpForge.CHIP).hex());

    assertThat(verdict()).isEqualTo(new Verdict.Matched("parse-ok-signature-bad"));
    params.put("hwid_raw", "00".repeat(64));
    rejected(Stage.ENDORSEMENT, Reason.CHIP_ID_MISMATCH);
    files.remove("raw");
    rejected(Stage.PARSE, Reason.STRUCTURE);
  }

  private void filesOf(SnpForge made) {
    files.put("report", made.body());
    files.put("vek", CertificateForge.encoded(made.leaf()));
    files.put(
        "chain",
        ascii(
            text(CertificateForge.encoded(made.issuer))
                + text(CertificateForge.encoded(made.root))));
  }

  private void accepted() {
    assertThat(verdict()).isEqualTo(new Verdict.Accepted());
  }

  private void rejected(Stage stage, Reason reason) {
    assertThat(verdict())
        .isInstanceOfSatisfying(
            Verdict.Rejected.class,
            rejected ->
                assertThat(rejected.refusal().stage() + " " + rejected.refusal().reason())
                    .isEqualTo(stage + " " + reason));
  }

  private Verdict verdict() {
    return judge.judge(
        new Vector("one", files, anchor, "", time, expect, "-", "OK", params), false);
  }

  private static Bytes pem(X509Certificate certificate) {
    return ascii(text(CertificateForge.encoded(certificate)));
  }

  private static String text(Bytes der) {
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder().encodeToString(der.toArray())
        + "\n-----END CERTIFICATE-----\n";
  }

  private static Bytes ascii(String text) {
    return Bytes.copyOf(text.getBytes(StandardCharsets.US_ASCII));
  }
}
