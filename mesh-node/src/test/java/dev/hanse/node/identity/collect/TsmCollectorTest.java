package dev.hanse.node.identity.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports by a directory that behaves as the kernel's does. */
class TsmCollectorTest {
  private static final String VCEK = "63da758d-e664-4564-adc5-f4b93be8accd";
  private static final String ASK = "4ab7b379-bbac-4fe4-a02f-05aef327c782";
  private static final String ARK = "c0b406a4-a803-4952-9743-3fb6014cd0ae";
  private static final Bytes REPORT_DATA = Bytes.copyOf(new byte[64]);

  @TempDir Path reports;
  @TempDir Path logs;
  private PretendKernel kernel;

  @BeforeEach
  void boot() {
    kernel = new PretendKernel(reports);
  }

  @Test
  void bringsTheReportOverTheReportDataAndLeavesNothingBehind() throws Exception {
    Evidence evidence = collector(TsmCollector.Kind.SEV_SNP).collect(REPORT_DATA).getFirst();

    assertThat(evidence.technology()).isEqualTo("sev-snp");
    assertThat(text(evidence.body())).isEqualTo("signed:" + "00".repeat(64));
    assertThat(evidence.collateral()).isEmpty();
    assertEmpty();
  }

  @Test
  void bringsLeafAndIntermediateOfTheHostsTableButNoAnchor() throws Exception {
    kernel.certificates =
        PretendKernel.table(List.of(ARK, ASK, VCEK), List.of("ark", "ask", "vcek"));

    Evidence evidence = collector(TsmCollector.Kind.SEV_SNP).collect(REPORT_DATA).getFirst();

    assertThat(evidence.collateral())
        .extracting(TsmCollectorTest::text)
        .containsExactly("vcek", "ask");
  }

  @Test
  void refusesATableThatIsCutOrPointsOutsideOfItself() {
    byte[] table = PretendKernel.table(List.of(VCEK), List.of("vcek"));
    for (int length = 1; length < table.length; length++) {
      kernel.certificates = Arrays.copyOf(table, length);

      assertThatThrownBy(() -> collector(TsmCollector.Kind.SEV_SNP).collect(REPORT_DATA))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("certificate table");
    }
    byte[] huge = table.clone();
    Arrays.fill(huge, 16, 24, (byte) 0xFF);
    kernel.certificates = huge;
    assertThatThrownBy(() -> collector(TsmCollector.Kind.SEV_SNP).collect(REPORT_DATA))
        .hasMessageContaining("outside of itself");
    assertEmpty();
  }

  @Test
  void tdxNeedsNoTable() throws Exception {
    kernel.provider = "tdx_guest";
    kernel.certificates = new byte[] {1};

    Evidence evidence = collector(TsmCollector.Kind.TDX).collect(REPORT_DATA).getFirst();

    assertThat(evidence.technology()).isEqualTo("intel-tdx");
    assertThat(evidence.collateral()).isEmpty();
  }

  @Test
  void tdxBringsTheLogOfItsBootBesideTheQuote() throws Exception {
    kernel.provider = "tdx_guest";
    Path memory = Files.write(logs.resolve("CCEL"), PretendKernel.ccel(100));

    Evidence evidence =
        collector(TsmCollector.Kind.TDX)
            .withEventLog(CcelFile.named(memory.toString()))
            .collect(REPORT_DATA)
            .getFirst();

    assertThat(evidence.collateral()).containsExactly(Bytes.copyOf(PretendKernel.ccel(0)));
  }

  @Test
  void leavesNothingBehindWhereTheLogCannotBeRead() {
    kernel.provider = "tdx_guest";
    TsmCollector collector =
        collector(TsmCollector.Kind.TDX)
            .withEventLog(CcelFile.named(logs.resolve("none").toString()));

    assertThatThrownBy(() -> collector.collect(REPORT_DATA))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("tdx-event-log");
    assertEmpty();
  }

  @Test
  void asksForThePrivilegeLevelItWasToldBeforeItAsksForTheReport() throws Exception {
    collector(TsmCollector.Kind.SEV_SNP, OptionalInt.of(2)).collect(REPORT_DATA);

    assertThat(kernel.written).containsExactly("privlevel", "inblob");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> collector(TsmCollector.Kind.SEV_SNP, OptionalInt.of(4)));
  }

  @Test
  void asksAgainWhenAnotherWriterInterfered() throws Exception {
    kernel.strangersWrites = 2;

    assertThat(collector(TsmCollector.Kind.SEV_SNP).collect(REPORT_DATA)).hasSize(1);
    assertThat(kernel.written).hasSize(3);
  }

  @Test
  void givesUpWhenAnotherWriterNeverStops() {
    kernel.strangersWrites = 3;

    assertThatThrownBy(() -> collector(TsmCollector.Kind.SEV_SNP).collect(REPORT_DATA))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("keeps writing");
    assertEmpty();
  }

  @Test
  void refusesAMachineOfTheOtherKind() {
    assertThatThrownBy(() -> collector(TsmCollector.Kind.TDX).collect(REPORT_DATA))
        .hasMessageContaining("sev_guest")
        .hasMessageContaining("tdx_guest");
    assertEmpty();
  }

  @Test
  void saysWhatTooLargeAReportMeans() {
    kernel.failure = "File too large";

    assertThatThrownBy(() -> collector(TsmCollector.Kind.SEV_SNP).collect(REPORT_DATA))
        .hasMessageContaining("EFBIG")
        .hasMessageContaining("update the kernel");
    kernel.failure = "Device or resource busy";
    assertThatThrownBy(() -> collector(TsmCollector.Kind.SEV_SNP).collect(REPORT_DATA))
        .hasMessageContaining("busy");
    assertEmpty();
  }

  @Test
  void refusesMoreThanAReportMayHold() {
    kernel.certificates = new byte[256 * 1024 + 1];

    assertThatThrownBy(() -> collector(TsmCollector.Kind.SEV_SNP).collect(REPORT_DATA))
        .hasMessageContaining("more than");
  }

  @Test
  void saysWhatIsMissingWhereThereIsNoSuchDevice() {
    Path nowhere = reports.resolve("none");

    assertThatThrownBy(() ->
            new TsmCollector(TsmCollector.Kind.TDX, nowhere, OptionalInt.empty(), new Random(1))
                .collect(REPORT_DATA))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(nowhere.toString())
        .hasMessageContaining("6.7")
        .hasMessageContaining("tdx-guest")
        .hasMessageContaining("configfs");
  }

  @Test
  void saysSoWhereTheKernelMakesNoReports() {
    // An ordinary directory: what is made there stays empty.
    assertThatThrownBy(() ->
            new TsmCollector(TsmCollector.Kind.TDX, reports, OptionalInt.empty(), new Random(1))
                .collect(REPORT_DATA))
        .isInstanceOf(IOException.class);
    assertEmpty();
  }

  private TsmCollector collector(TsmCollector.Kind kind) {
    return collector(kind, OptionalInt.empty());
  }

  private TsmCollector collector(TsmCollector.Kind kind, OptionalInt privilegeLevel) {
    return new TsmCollector(kind, reports, privilegeLevel, new Random(1), kernel, CcelFile.NONE);
  }

  private void assertEmpty() {
    try (Stream<Path> left = Files.list(reports)) {
      assertThat(left).isEmpty();
    } catch (IOException broken) {
      throw new AssertionError(broken);
    }
  }

  private static String text(Bytes bytes) {
    return new String(bytes.toArray(), StandardCharsets.US_ASCII);
  }
}
