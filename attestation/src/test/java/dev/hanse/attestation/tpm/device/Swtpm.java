package dev.hanse.attestation.tpm.device;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.x509.Certificates;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A software TPM of its own in a folder of its own, with an endorsement certificate from a
 * certificate authority of its own, on a Unix socket. Tests that ask for one are skipped where it
 * is not installed.
 */
public final class Swtpm implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String STATE = "tpm2-00.permall";

  private final Path folder;
  private Process process;

  private Swtpm(Path folder) throws IOException {
    this.folder = folder;
    this.process = started(folder);
  }

  /** Manufactures and starts one. */
  public static Swtpm start() throws Exception {
    assumeTrue(installed("swtpm") && installed("swtpm_setup"), "needs swtpm and swtpm-tools");
    // Socket paths may have 107 bytes: a folder of the build can be deeper.
    Path folder = Files.createTempDirectory("hanse-swtpm");
    try {
      manufacture(folder);
      Swtpm swtpm = new Swtpm(folder);
      swtpm.awaitSocket();
      return swtpm;
    } catch (Exception failed) {
      delete(folder);
      throw failed;
    }
  }

  private static Process started(Path folder) throws IOException {
    return new ProcessBuilder(
            "swtpm",
            "socket",
            "--tpm2",
            "--tpmstate",
            "dir=" + folder,
            "--server",
            "type=unixio,path=" + folder.resolve("tpm.sock"),
            "--flags",
            "not-need-init")
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("swtpm.log").toFile())
        .start();
  }

  /** All it keeps when the power goes, as whoever owns its machine can copy it. */
  Bytes state() throws IOException {
    return Bytes.copyOf(Files.readAllBytes(folder.resolve(STATE)));
  }

  /** Takes its power away, puts another state in its place, and starts it again. */
  void restart(Bytes state) throws Exception {
    stop();
    Files.write(folder.resolve(STATE), state.toArray());
    Files.deleteIfExists(folder.resolve("tpm.sock"));
    process = started(folder);
    awaitSocket();
  }

  private static void manufacture(Path folder) throws Exception {
    Path authority = Files.createDirectory(folder.resolve("ca"));
    Path localca = folder.resolve("localca.conf");
    Files.writeString(
        localca,
        "statedir = %1$s%nsigningkey = %1$s/key.pem%nissuercert = %1$s/issuer.pem%ncertserial = %1$s/serial%n"
            .formatted(authority));
    Path options = folder.resolve("localca.options");
    Files.writeString(
        options,
        """
        --platform-manufacturer Hanse
        --platform-version 1
        --platform-model tests
        """);
    Path setup = folder.resolve("setup.conf");
    Files.writeString(
        setup,
        "create_certs_tool = swtpm_localca%ncreate_certs_tool_config = %s%ncreate_certs_tool_options = %s%n"
            .formatted(localca, options)
            .replace("= swtpm_localca", "= " + which("swtpm_localca")));
    Process made =
        new ProcessBuilder(
                "swtpm_setup",
                "--tpm2",
                "--tpmstate",
                folder.toString(),
                "--create-ek-cert",
                "--overwrite",
                "--config",
                setup.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("setup.log").toFile())
            .start();
    if (!made.waitFor(60, TimeUnit.SECONDS)) {
      made.destroyForcibly();
      throw new IOException("swtpm_setup did not end");
    }
    if (made.exitValue() != 0) {
      throw new IOException("swtpm_setup: " + Files.readString(folder.resolve("setup.log")));
    }
  }

  private void awaitSocket() throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!Files.exists(folder.resolve("tpm.sock"))) {
      if (process.waitFor(10, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
        throw new IOException("swtpm: " + Files.readString(folder.resolve("swtpm.log")));
      }
    }
  }

  /** For {@link TpmDevice#open}. */
  public String location() {
    return "unix:" + folder.resolve("tpm.sock");
  }

  /** Opens it; it serves one at a time. */
  public TpmDevice open() throws TpmException {
    return TpmDevice.open(location(), PATIENCE);
  }

  /** The self-signed certificate of whoever certified its endorsement key. */
  public X509Certificate root() throws Exception {
    return certificate("swtpm-localca-rootca-cert.pem");
  }

  /** The certificate between that one and the endorsement key's. */
  public X509Certificate intermediate() throws Exception {
    return certificate("issuer.pem");
  }

  private X509Certificate certificate(String name) throws Exception {
    Path file = folder.resolve("ca").resolve(name);
    return Certificates.ofPem(Bytes.copyOf(Files.readAllBytes(file))).getFirst();
  }

  @Override
  public void close() throws IOException {
    stop();
    delete(folder);
  }

  /** It has nothing to save that its state does not have yet. */
  private void stop() {
    process.destroyForcibly();
    process.onExit().join();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static boolean installed(String program) {
    return !which(program).isEmpty();
  }

  private static String which(String program) {
    return List.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)).stream()
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElse("");
  }
}
