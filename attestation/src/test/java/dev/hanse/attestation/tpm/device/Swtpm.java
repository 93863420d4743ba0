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

  private final Path folder;
  private final Process process;

  private Swtpm(Path folder, Process process) {
    this.folder = folder;
    this.process = process;
  }

  /** Manufactures and starts one. */
  public static Swtpm start() throws Exception {
    assumeTrue(installed("swtpm") && installed("swtpm_setup"), "needs swtpm and swtpm-tools");
    // Socket paths may have 107 bytes: a folder of the build can be deeper.
    Path folder = Files.createTempDirectory("hanse-swtpm");
    try {
      manufacture(folder);
      Process process =
          new ProcessBuilder(
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
      Swtpm swtpm = new Swtpm(folder, process);
      swtpm.awaitSocket();
      return swtpm;
    } catch (Exception failed) {
      delete(folder);
      throw failed;
    }
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
    // It has nothing to save that this folder's end does not take.
    process.destroyForcibly();
    process.onExit().join();
    delete(folder);
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
