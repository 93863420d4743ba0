package dev.hanse.node.identity.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.nvidia.NvidiaVerifier;
import dev.hanse.node.identity.EvidenceCollector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GPU evidence as a program prints it, and machines of several parts. */
class GpuCommandTest {
  private static final Bytes REPORT_DATA = Bytes.copyOf(new byte[64]);

  @Test
  void takesEachGpuWithItsCertificates() throws Exception {
    List<Evidence> gpus =
        printing(gpu("one", "leaf-1", "ica-1") + gpu("two", "leaf-2")).collect(REPORT_DATA);

    assertThat(gpus).extracting(Evidence::technology).containsOnly("nvidia-gpu");
    assertThat(gpus).extracting(Evidence::body).containsExactly(bytes("one"), bytes("two"));
    assertThat(gpus.getFirst().collateral()).containsExactly(bytes("leaf-1"), bytes("ica-1"));
  }

  @Test
  void givesTheProgramTheNonceOfTheExchange() throws Exception {
    GpuCommand echo =
        new GpuCommand(
            List.of(
                "sh", "-c", "printf 'gpu\nevidence %s\n' $(printf %s \"$1\" | base64 -w0)", "x"));

    String nonce =
        new String(
            echo.collect(REPORT_DATA).getFirst().body().toArray(), StandardCharsets.US_ASCII);

    assertThat(nonce).isEqualTo(NvidiaVerifier.nonce(REPORT_DATA).hex()).hasSize(64);
  }

  @Test
  void refusesWhatIsNoAnswer() {
    for (String output :
        List.of(
            "",
            "evidence",
            "gpu\n",
            "gpu\r\nevidence QQ==\r\n",
            "gpu\n" + gpu("one"),
            gpu("one") + "gpu\n",
            "gpu\ncertificate QQ==\n",
            "gpu\nevidence QQ== more\n",
            "gpu\nevidence QQ==\n\nnvidia-smi: all good\n",
            "gpu\nevidence !!\n",
            "gpu\nevidence QQ==\nevidence QQ==\n",
            "gpu\nsecret QQ==\n",
            gpu("one").repeat(17))) {
      assertThatThrownBy(() -> printing(output).collect(REPORT_DATA))
          .describedAs(output)
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void saysWhichProgramFailedAndHow() {
    assertThatThrownBy(() -> new GpuCommand(List.of("/no/such/program")).collect(REPORT_DATA))
        .hasMessageContaining("/no/such/program");
    assertThatThrownBy(
            () -> new GpuCommand(List.of("sh", "-c", "exit 3", "x")).collect(REPORT_DATA))
        .hasMessageContaining("exit code 3");
    assertThatThrownBy(() ->
            new GpuCommand(List.of("sh", "-c", "exec sleep 60", "x"), Duration.ofMillis(200))
                .collect(REPORT_DATA))
        .hasMessageContaining("within 200 ms");
    assertThatThrownBy(() ->
            new GpuCommand(List.of("sh", "-c", "head -c 2000000 /dev/zero", "x"))
                .collect(REPORT_DATA))
        .hasMessageContaining("1 MiB");
  }

  @Test
  void tellsOfAnExitCodeEvenIfEvidenceWasPrinted() {
    assertThatThrownBy(() -> running("printf 'gpu\nevidence QQ==\n'; exit 4"))
        .hasMessageContaining("exit code 4")
        .hasMessageContaining("by hand");
  }

  /** One deadline for all of it: printing, and ending. */
  @Test
  void doesNotWaitForAProgramThatHasPrintedAndGoesOn() {
    assertThatThrownBy(() ->
            running("printf 'gpu\nevidence QQ==\n'; exec sleep 60 >&-", Duration.ofMillis(300)))
        .hasMessageContaining("within 300 ms");
  }

  @Test
  void leavesNothingRunningThatTheProgramStarted(@TempDir Path folder) throws Exception {
    Path pid = folder.resolve("pid");

    assertThatThrownBy(
            () -> running("sleep 60 & echo $! > " + pid + "; wait", Duration.ofSeconds(2)))
        .hasMessageContaining("within 2000 ms");

    long child = Long.parseLong(Files.readString(pid).strip());
    Optional<ProcessHandle> left = ProcessHandle.of(child);
    if (left.isPresent()) {
      left.get().onExit().get(10, TimeUnit.SECONDS);
    }
    assertThat(left.filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void takesSixteenGpus() throws Exception {
    assertThat(printing(gpu("one").repeat(16)).collect(REPORT_DATA)).hasSize(16);
  }

  @Test
  void needsAProgram() {
    assertThatThrownBy(() -> new GpuCommand(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void running(String script) throws IOException {
    running(script, Duration.ofSeconds(15));
  }

  private static void running(String script, Duration within) throws IOException {
    new GpuCommand(List.of("sh", "-c", script, "x"), within).collect(REPORT_DATA);
  }

  @Test
  void oneFailingPartFailsTheMachine() throws Exception {
    EvidenceCollector cpu = reportData -> List.of(new Evidence("sev-snp", reportData));

    assertThat(new AllParts(List.of(cpu, printing(gpu("one")))).collect(REPORT_DATA))
        .extracting(Evidence::technology)
        .containsExactly("sev-snp", "nvidia-gpu");
    assertThatThrownBy(() -> new AllParts(List.of(cpu, printing("nothing"))).collect(REPORT_DATA))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> new AllParts(List.of(cpu)).activate(REPORT_DATA, REPORT_DATA))
        .hasMessageContaining("TPM");
  }

  private static GpuCommand printing(String output) {
    return new GpuCommand(List.of("sh", "-c", "printf %s '" + output + "'", "x"));
  }

  private static String gpu(String evidence, String... certificates) {
    StringBuilder lines = new StringBuilder("gpu\nevidence " + base64(evidence) + "\n");
    for (String certificate : certificates) {
      lines.append("certificate ").append(base64(certificate)).append('\n');
    }
    return lines.toString();
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static Bytes bytes(String text) {
    return Bytes.copyOf(text.getBytes(StandardCharsets.US_ASCII));
  }
}
