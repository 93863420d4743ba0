package dev.hanse.attestation.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.tpm.TpmEvidence;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class AzureEvidenceTest {
  @Test
  void readsWhatItWrites() throws Exception {
    AzureEvidence body = AzureForge.onTdx().body();

    assertThat(AzureEvidence.read(body.toBytes())).isEqualTo(body);
  }

  @Test
  void isLaidOutAsItSays() throws Exception {
    AzureEvidence body = AzureForge.onTdx().body();
    byte[] bytes = body.toBytes().toArray();
    int hcl = body.hclReport().size();

    assertThat(bytes[0]).isEqualTo((byte) 1);
    assertThat(Arrays.copyOfRange(bytes, 1, 5)).containsExactly(0, 0, hcl >> 8, hcl & 0xFF);
    assertThat(Arrays.copyOfRange(bytes, 5, 9)).containsExactly('H', 'C', 'L', 'A');
    assertThat(bytes).hasSize(9 + hcl + body.tdQuote().size() + body.tpm().toBytes().size());
  }

  @Test
  void tellsANodeWhatToHaveQuoted() throws Exception {
    AzureForge tdx = AzureForge.onTdx();
    byte[] report = Arrays.copyOfRange(tdx.hclReport().toArray(), 0x20, 0x20 + 1024);

    assertThat(AzureEvidence.tdReport(tdx.hclReport())).contains(Bytes.copyOf(report));
    assertThat(AzureEvidence.tdReport(AzureForge.onSnp().hclReport())).isEmpty();
    assertThatThrownBy(() -> AzureEvidence.tdReport(Bytes.copyOf(new byte[2600])))
        .isInstanceOf(Rejection.class);
  }

  @Test
  void isEvidenceOfTdxIfThereIsAQuoteAndElseOfSnp() throws Exception {
    AzureForge tdx = AzureForge.onTdx();
    AzureForge snp = AzureForge.onSnp();
    AzureEvidence body = snp.body();
    List<Bytes> beside = snp.certificates();

    assertThat(tdx.body().toEvidence(List.of()).technology()).isEqualTo("azure-tdx-vtpm");
    assertThat(body.toEvidence(beside))
        .isEqualTo(new Evidence("azure-snp-vtpm", body.toBytes(), beside));
  }

  @Test
  void refusesAnotherVersion() throws Exception {
    for (int version : new int[] {0, 2, 255}) {
      byte[] bytes = AzureForge.onSnp().body().toBytes().toArray();
      bytes[0] = (byte) version;

      assertThatThrownBy(() -> AzureEvidence.read(Bytes.copyOf(bytes)))
          .isInstanceOf(Rejection.class)
          .hasMessageContaining("version " + version);
    }
  }

  @Test
  void refusesLengthsThatLeaveTheBody() throws Exception {
    byte[] bytes = AzureForge.onSnp().body().toBytes().toArray();
    bytes[1] = 1;
    assertThatThrownBy(() -> AzureEvidence.read(Bytes.copyOf(bytes)))
        .isInstanceOf(Rejection.class)
        .hasMessageContaining("HCL report needs");
    bytes[1] = 0;
    bytes[5 + AzureForge.onSnp().hclReport().size()] = (byte) 0xFF;
    assertThatThrownBy(() -> AzureEvidence.read(Bytes.copyOf(bytes)))
        .isInstanceOf(Rejection.class)
        .hasMessageContaining("TDX quote needs");
  }

  @Test
  void refusesAKeyBesideTheOneOfTheRuntimeData() throws Exception {
    AzureEvidence body = AzureForge.onSnp().body();
    TpmEvidence tpm = body.tpm();
    TpmEvidence keyed =
        new TpmEvidence(
            tpm.attest(), tpm.signature(), Bytes.copyOf(new byte[1]), tpm.pcrs(), tpm.eventLog());

    assertThatThrownBy(() ->
            AzureEvidence.read(
                new AzureEvidence(body.hclReport(), body.tdQuote(), keyed).toBytes()))
        .isInstanceOf(Rejection.class)
        .hasMessageContaining("nowhere else");
  }
}
