package dev.hanse.node.identity.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.azure.AzureForge;
import dev.hanse.attestation.tpm.device.PretendTpm;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A virtual TPM and a metadata service that behave as Azure's, and as they must not. */
class AzureCollectorTest {
  private static final Bytes REPORT_DATA = Bytes.copyOf(new byte[] {1}).sha512();
  private static final ObjectMapper JSON = new ObjectMapper();

  private final AzureForge snp = AzureForge.onSnp();
  private final AzureForge tdx = AzureForge.onTdx();
  private final PretendTpm tpm = new PretendTpm();
  private final Bytes leaf = snp.snpMachine().leafPem();
  private final Bytes issuers = snp.snpMachine().issuersPem();
  private PretendMetadata metadata;
  private Duration within = Duration.ofSeconds(30);

  @BeforeEach
  void boot() throws Exception {
    metadata = new PretendMetadata();
    metadata.answer(PretendMetadata.CERTIFICATES, certificates(text(leaf), text(issuers)));
    metadata.answer(PretendMetadata.QUOTE, quote(base64(tdx.tdQuote())));
  }

  @AfterEach
  void shutDown() {
    metadata.close();
  }

  @Test
  void bringsReportQuoteAndCertificatesOfAnSnpMachine() throws Exception {
    Bytes report = snp.hclReport();
    tpm.indexes.put(AzureCollector.REPORT_INDEX, report);

    Evidence evidence = collect();

    assertThat(evidence.technology()).isEqualTo("azure-snp-vtpm");
    assertThat(evidence.collateral()).containsExactly(leaf, issuers);
    assertThat(body(evidence)).contains(hex(report));
    assertThat(body(evidence)).contains(hex(tpm.attest)).contains(hex(tpm.signature));
    assertThat(body(evidence)).contains(hex(tpm.value(0))).contains(hex(tpm.value(15)));
    assertThat(metadata.asked)
        .containsExactly(
            new PretendMetadata.Asked("GET", PretendMetadata.CERTIFICATES, "true", ""));
  }

  @Test
  void bringsReportAndQuotesOfATdxMachineAndNothingBeside() throws Exception {
    tpm.indexes.put(AzureCollector.REPORT_INDEX, tdx.hclReport());

    Evidence evidence = collect();

    assertThat(evidence.technology()).isEqualTo("azure-tdx-vtpm");
    assertThat(evidence.collateral()).isEmpty();
    assertThat(body(evidence)).contains(hex(tdx.tdQuote()));
    byte[] tdReport = Arrays.copyOfRange(tdx.hclReport().toArray(), 0x20, 0x20 + 1024);
    assertThat(metadata.asked)
        .containsExactly(
            new PretendMetadata.Asked(
                "POST",
                PretendMetadata.QUOTE,
                "true",
                "{\"report\":\"" + base64(Bytes.copyOf(tdReport)) + "\"}"));
  }

  @Test
  void quotesWithThePersistentKeyOverTheDigestOfTheReportData() throws Exception {
    tpm.indexes.put(AzureCollector.REPORT_INDEX, snp.hclReport());

    collect();

    assertThat(tpm.key).isEqualTo(0x81000003);
    assertThat(tpm.qualifyingData).contains(REPORT_DATA.sha256());
  }

  @Test
  void sendsTheEventLogAlongIfItIsTold(@TempDir Path folder) throws Exception {
    tpm.indexes.put(AzureCollector.REPORT_INDEX, snp.hclReport());
    Path log = Files.write(folder.resolve("log"), new byte[] {0x5A, 0x5B, 0x5C});

    Evidence evidence =
        collector(Optional.of(log), Optional.empty()).collect(REPORT_DATA).getFirst();

    assertThat(body(evidence)).endsWith("01" + "00000003" + "5a5b5c");
    Files.write(log, new byte[192 * 1024 + 1]);
    assertThatThrownBy(() -> collector(Optional.of(log), Optional.empty()).collect(REPORT_DATA))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("more than 196608 bytes");
    assertThat(tpm.closed).isEqualTo(tpm.opened).isEqualTo(2);
  }

  @Test
  void takesCertificatesOfAFileInPlaceOfTheMetadataServices(@TempDir Path folder) throws Exception {
    tpm.indexes.put(AzureCollector.REPORT_INDEX, snp.hclReport());
    Path file = folder.resolve("chain.pem");
    Files.write(file, new byte[] {'P'});

    Evidence evidence =
        collector(Optional.empty(), Optional.of(file)).collect(REPORT_DATA).getFirst();

    assertThat(evidence.collateral()).containsExactly(Bytes.copyOf(new byte[] {'P'}));
    assertThat(metadata.asked).isEmpty();
    Files.write(file, new byte[64 * 1024 + 1]);
    assertThatThrownBy(() -> collector(Optional.empty(), Optional.of(file)).collect(REPORT_DATA))
        .hasMessageContaining("more than 65536 bytes");
  }

  @Test
  void namesNoTpmToActivate() throws Exception {
    assertThat(collector().tpm()).isEmpty();
  }

  @Test
  void leavesTheTpmEachTime() throws Exception {
    tpm.indexes.put(AzureCollector.REPORT_INDEX, snp.hclReport());
    AzureCollector collector = collector();

    collector.collect(REPORT_DATA);
    collector.collect(REPORT_DATA);
    tpm.refusals.put(PretendTpm.QUOTE, 0x18B);
    assertThatThrownBy(() -> collector.collect(REPORT_DATA)).isInstanceOf(IOException.class);

    assertThat(tpm.opened).isEqualTo(3);
    assertThat(tpm.closed).isEqualTo(3);
  }

  @Test
  void saysWhatToDoWhereTheTpmHasNoReport() {
    assertThatThrownBy(this::collect)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no report at index 0x01400001")
        .hasMessageContaining("Azure's confidential VMs")
        .hasMessageContaining("source tpm");
    assertThat(metadata.asked).isEmpty();
    assertThat(tpm.closed).isEqualTo(1);
  }

  @Test
  void refusesAnIndexThatIsTooLarge() {
    tpm.indexes.put(AzureCollector.REPORT_INDEX, Bytes.copyOf(new byte[8193]));

    assertThatThrownBy(this::collect)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the virtual TPM")
        .hasMessageContaining("8193 bytes");
  }

  @Test
  void refusesAnIndexThatHoldsNoReport() {
    tpm.indexes.put(AzureCollector.REPORT_INDEX, Bytes.copyOf(new byte[2600]));

    assertThatThrownBy(this::collect)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no report of SEV-SNP or TDX")
        .hasMessageContaining("no HCL report");
    assertThat(metadata.asked).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0x169, 0x101, TPM_RC_FAILURE",
    "0x14E, 0x149, TPM_RC_NV_AUTHORIZATION",
    "0x14E, 0x14A, TPM_RC_NV_UNINITIALIZED",
    "0x17E, 0x101, TPM_RC_FAILURE",
    "0x158, 0x18B, TPM_RC_HANDLE"
  })
  void saysWhatTheTpmRefused(int command, int code, String words) {
    tpm.indexes.put(AzureCollector.REPORT_INDEX, snp.hclReport());
    tpm.refusals.put(command, code);

    assertThatThrownBy(this::collect)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the virtual TPM: the TPM refused")
        .hasMessageContaining(words);
    assertThat(tpm.closed).isEqualTo(1);
  }

  @Test
  void saysWhereThereIsNoTpm(@TempDir Path folder) {
    AzureCollector collector =
        new AzureCollector(
            folder.resolve("tpmrm0").toString(),
            Optional.empty(),
            AzureCollector.METADATA,
            Optional.empty());

    assertThatThrownBy(() -> collector.collect(REPORT_DATA))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("enable the TPM");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "'' ; without a vcekCert",
        "{ ; not JSON",
        "{} {} ; not JSON",
        "[] ; without a vcekCert",
        "{} ; without a vcekCert",
        "{\"vcekCert\":7} ; without a vcekCert",
        "{\"vcekCert\":\"x\"} ; a vcekCert that is no certificates",
        "{\"vcekCert\":\"-----BEGIN CERTIFICATE-----\"} ; a vcekCert that is no certificates"
      })
  void refusesCertificatesThatAreNone(String json, String words) {
    tpm.indexes.put(AzureCollector.REPORT_INDEX, snp.hclReport());
    metadata.answer(
        PretendMetadata.CERTIFICATES, exchange -> PretendMetadata.send(exchange, 200, json));

    assertThatThrownBy(this::collect)
        .isInstanceOf(IOException.class)
        .hasMessageContaining(PretendMetadata.CERTIFICATES)
        .hasMessageContaining(words);
    assertThat(tpm.quotes()).isZero();
  }

  @Test
  void refusesALeafWithoutItsIssuers() throws Exception {
    tpm.indexes.put(AzureCollector.REPORT_INDEX, snp.hclReport());
    metadata.answer(PretendMetadata.CERTIFICATES, certificates(text(leaf), ""));

    assertThatThrownBy(this::collect)
        .hasMessageContaining("a certificateChain that is no certificates");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{} ; without a quote",
        "{\"quote\":null} ; without a quote",
        "{\"quote\":\"\"} ; an empty quote",
        "{\"quote\":\"a+b/\"} ; not base64url"
      })
  void refusesQuotesThatAreNone(String json, String words) {
    tpm.indexes.put(AzureCollector.REPORT_INDEX, tdx.hclReport());
    metadata.answer(PretendMetadata.QUOTE, json);

    assertThatThrownBy(this::collect)
        .isInstanceOf(IOException.class)
        .hasMessageContaining(PretendMetadata.QUOTE)
        .hasMessageContaining(words);
  }

  @ParameterizedTest
  @CsvSource({"301", "302", "307", "400", "404", "429", "500"})
  void takesNoAnswerButThatToItsQuestionAndFollowsNoRedirect(int status) {
    tpm.indexes.put(AzureCollector.REPORT_INDEX, snp.hclReport());
    metadata.answer(
        PretendMetadata.CERTIFICATES,
        exchange -> {
          exchange.getResponseHeaders().add("location", metadata.uri() + "/elsewhere");
          PretendMetadata.send(exchange, status, "");
        });

    assertThatThrownBy(this::collect)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("answered " + status)
        .hasMessageContaining("confidential VM");
    assertThat(metadata.asked)
        .extracting(PretendMetadata.Asked::path)
        .containsExactly(PretendMetadata.CERTIFICATES);
  }

  @Test
  void waitsNoLongerThanItsDeadlineForAWholeAnswer() {
    tpm.indexes.put(AzureCollector.REPORT_INDEX, snp.hclReport());
    metadata.stall(PretendMetadata.CERTIFICATES);
    within = Duration.ofMillis(200);

    assertThatThrownBy(this::collect)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no whole answer within 200 ms");
    assertThat(tpm.closed).isEqualTo(1);
  }

  @Test
  void readsNoMoreThanItsBound() {
    tpm.indexes.put(AzureCollector.REPORT_INDEX, snp.hclReport());
    metadata.flood(PretendMetadata.CERTIFICATES);

    assertThatThrownBy(this::collect)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot be asked")
        .hasMessageContaining("65536");
  }

  @Test
  void saysWhatToDoWhereNobodyAnswers() {
    tpm.indexes.put(AzureCollector.REPORT_INDEX, snp.hclReport());
    URI gone = metadata.uri();
    metadata.close();

    assertThatThrownBy(() ->
            new AzureCollector(
                    tpm::open, Optional.empty(), new AzureMetadata(gone, within), Optional.empty())
                .collect(REPORT_DATA))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot be asked")
        .hasMessageContaining("firewall")
        .hasMessageContaining("on Azure alone");
  }

  @Test
  void asksOverHttpAlone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AzureMetadata(URI.create("file:///etc/passwd"), within));
  }

  @Test
  void aBaseMayEndWithASlash() throws Exception {
    assertThat(
            new AzureMetadata(URI.create(metadata.uri() + "/"), within)
                .quote(Bytes.copyOf(new byte[1])))
        .isEqualTo(tdx.tdQuote());
  }

  private Evidence collect() throws IOException {
    List<Evidence> parts = collector().collect(REPORT_DATA);
    assertThat(parts).hasSize(1);
    return parts.getFirst();
  }

  private AzureCollector collector() {
    return collector(Optional.empty(), Optional.empty());
  }

  private AzureCollector collector(Optional<Path> log, Optional<Path> certificates) {
    return new AzureCollector(
        tpm::open, log, new AzureMetadata(metadata.uri(), within), certificates);
  }

  static String certificates(String leaf, String chain) throws IOException {
    return JSON.writeValueAsString(
        Map.of("vcekCert", leaf, "tcbm", "DB18000000000004", "certificateChain", chain));
  }

  private static String quote(String base64) {
    return "{\"quote\":\"" + base64 + "\"}";
  }

  static String base64(Bytes bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toArray());
  }

  static String text(Bytes ascii) {
    return new String(ascii.toArray(), StandardCharsets.US_ASCII);
  }

  private static String body(Evidence evidence) {
    return evidence.body().hex();
  }

  private static String hex(Bytes bytes) {
    return bytes.hex();
  }
}
