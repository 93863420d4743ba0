package dev.hanse.cli.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.azure.AzureForge;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Files of Azure's confidential machines, as somebody has them at hand. */
class VerifyAzureEvidenceTest {
  private static final String AT = AzureForge.AT.toString();

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final AzureForge snp = AzureForge.onSnp();
  private final AzureForge tdx = AzureForge.onTdx();

  @Test
  void anSnpMachinesFileIsAcceptedWithItsCertificates() throws Exception {
    String body = file("body.bin", snp.evidence().body());
    String leaf = file("vcek.pem", snp.snpMachine().leafPem());
    String chain = file("chain.pem", snp.snpMachine().issuersPem());
    String root = file("root.pem", snp.snpMachine().rootPem());

    assertThat(run(body, leaf, chain, "--anchors", root, "--allow-missing-crl", "--at", AT))
        .as(out.toString())
        .isZero();
    assertThat(out.toString())
        .contains("azure-snp-vtpm, level TEE")
        .contains("vm-vmUniqueId")
        .contains("ACCEPTED");
  }

  @Test
  void aTdxMachinesFileIsAcceptedWithIntelsCollateral() throws Exception {
    String body = file("body.bin", tdx.evidence().body());
    String collateral = file("collateral.json", tdx.tdxMachine().collateral());
    String root = file("root.pem", tdx.tdxMachine().rootPem());

    assertThat(run(body, collateral, "--anchors", root, "--at", AT)).as(out.toString()).isZero();
    assertThat(out.toString()).contains("azure-tdx-vtpm, level TEE").contains("tee-appraised");
    assertThat(run(body, "--anchors", root, "--at", AT)).isEqualTo(1);
    assertThat(out.toString()).contains("REFUSED, collateral NO_COLLATERAL");
  }

  @Test
  void aFileThatWasCutIsRefusedAsWhatItIs() throws Exception {
    byte[] body = tdx.evidence().body().toArray();

    for (int length : new int[] {9, 100, 2000, body.length - 1}) {
      String cut = file("cut.bin", Bytes.copyOf(Arrays.copyOf(body, length)));
      assertThat(run(cut, "--at", AT)).isEqualTo(1);
      assertThat(out.toString()).contains("azure-").contains("REFUSED, parse LENGTH");
    }
  }

  /** A quote holds its platform's certificates in PEM, and is evidence all the same. */
  @Test
  void aBareTdxQuoteIsEvidenceAndNoFileOfCertificates() throws Exception {
    String quote = file("quote.bin", tdx.tdQuote());
    String collateral = file("collateral.json", tdx.tdxMachine().collateral());
    String root = file("root.pem", tdx.tdxMachine().rootPem());

    assertThat(run(quote, collateral, "--anchors", root, "--at", AT)).as(out.toString()).isZero();
    assertThat(out.toString()).contains("intel-tdx, level TEE");
  }

  @Test
  void jsonWithItsTechnologyWillDoToo() throws Exception {
    String json =
        "{\"technology\": \"azure-tdx-vtpm\", \"body\": \"%s\"}"
            .formatted(Base64.getEncoder().encodeToString(tdx.evidence().body().toArray()));
    Path file = Files.writeString(folder.resolve("evidence.json"), json);
    String collateral = file("collateral.json", tdx.tdxMachine().collateral());
    String root = file("root.pem", tdx.tdxMachine().rootPem());

    assertThat(run(file.toString(), collateral, "--anchors", root, "--at", AT)).isZero();
  }

  private String file(String name, Bytes content) throws IOException {
    return Files.write(folder.resolve(name), content.toArray()).toString();
  }

  private int run(String... words) {
    return new CommandLine(new VerifyEvidenceCommand()).setOut(new PrintWriter(out)).execute(words);
  }
}
