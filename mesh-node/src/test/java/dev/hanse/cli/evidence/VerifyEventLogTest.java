package dev.hanse.cli.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.tdx.ForgedTdx;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A TDX domain's event log as the kernel shows it, beside its quote. */
class VerifyEventLogTest {
  private static final Bytes REPORT_DATA = Bytes.copyOf(new byte[64]);

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final ForgedTdx machine = ForgedTdx.booted();
  private String quote = "";
  private List<String> trust = List.of();

  @BeforeEach
  void capture() throws IOException {
    quote = file("quote.bin", machine.quote(REPORT_DATA));
    trust =
        List.of(
            file("collateral.json", machine.collateral()),
            "--anchors=" + file("root.pem", machine.rootPem()),
            "--at=" + ForgedTdx.AT);
  }

  @Test
  void theMemoryThatHoldsTheLogIsJudgedWithTheQuote() throws IOException {
    Bytes memory = Bytes.copyOf(Arrays.copyOf(machine.eventLog().toArray(), 64 * 1024));

    assertThat(run(quote, file("CCEL", memory))).as(out.toString()).isZero();
    assertThat(out.toString()).contains("intel-tdx, level TEE").contains("event-log");
  }

  @Test
  void aLogOfAnotherBootIsRefused() throws IOException {
    assertThat(run(quote, file("CCEL", new ForgedTdx().eventLog()))).isEqualTo(1);
    assertThat(out.toString()).contains("REFUSED").contains("does not explain what RTMRs");
  }

  @Test
  void aLogThatIsNoDomainsIsRefusedAsWhatItIs() throws IOException {
    byte[] cut = machine.eventLog().toArray();
    String log = file("CCEL", Bytes.copyOf(Arrays.copyOf(cut, cut.length - 1)));

    assertThat(run(quote, log)).isEqualTo(1);
    assertThat(out.toString()).contains("REFUSED, parse LENGTH");
  }

  @Test
  void aLogWithoutItsQuoteIsNotTakenForEvidence() throws IOException {
    assertThat(run(file("CCEL", machine.eventLog()))).isEqualTo(2);
    assertThat(err.toString())
        .contains("CCEL is an event log: give one, beside the one TDX quote it belongs to");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void whichOfTwoQuotesALogBelongsToIsNotGuessed() throws IOException {
    String other = file("other.bin", machine.quote(Bytes.copyOf(new byte[64])));

    assertThat(run(quote, other, file("CCEL", machine.eventLog()))).isEqualTo(2);
    assertThat(err.toString()).contains("is an event log");
  }

  @Test
  void ofTwoLogsNoneIsTaken() throws IOException {
    String first = file("CCEL", machine.eventLog());
    String second = file("CCEL2", machine.eventLog());

    assertThat(run(quote, first, second)).isEqualTo(2);
    assertThat(err.toString()).contains("CCEL2 is an event log");
  }

  private String file(String name, Bytes content) throws IOException {
    return Files.write(folder.resolve(name), content.toArray()).toString();
  }

  private int run(String... files) {
    String[] words = Arrays.copyOf(files, files.length + trust.size());
    System.arraycopy(trust.toArray(String[]::new), 0, words, files.length, trust.size());
    return new CommandLine(new VerifyEvidenceCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(words);
  }
}
