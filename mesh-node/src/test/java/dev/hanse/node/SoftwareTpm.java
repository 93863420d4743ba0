package dev.hanse.node;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.tpm.Pcr;
import dev.hanse.attestation.tpm.PcrSelection;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.attestation.tpm.TpmPublic;
import dev.hanse.attestation.tpm.device.TpmAttester;
import dev.hanse.attestation.tpm.device.TpmDevice;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A swtpm of a test's own, on a socket. It serves one connection at a time. */
final class SoftwareTpm implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final String STATE = "tpm2-00.permall";

  private final Path folder;
  private Process process;

  private SoftwareTpm(Path folder) throws Exception {
    this.folder = folder;
    this.process = started(folder);
  }

  /** Starts one in a folder whose path is short enough for a socket. */
  static SoftwareTpm start(Path folder) throws Exception {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(path -> Files.isExecutable(Path.of(path, "swtpm"))),
        "needs swtpm: apt-get install swtpm swtpm-tools");
    return new SoftwareTpm(folder);
  }

  private static Process started(Path folder) throws Exception {
    Path socket = folder.resolve("tpm.sock");
    Files.deleteIfExists(socket);
    Process process =
        new ProcessBuilder(
                "swtpm",
                "socket",
                "--tpm2",
                "--tpmstate",
                "dir=" + folder,
                "--server",
                "type=unixio,path=" + socket,
                "--flags",
                "not-need-init")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("swtpm.log").toFile())
            .start();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!Files.exists(socket)) {
      if (process.waitFor(10, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
        throw new IOException("swtpm did not start");
      }
    }
    return process;
  }

  /** All it keeps when the power goes, as whoever owns its machine can copy it. */
  byte[] state() throws IOException {
    return Files.readAllBytes(folder.resolve(STATE));
  }

  /**
   * Takes its power away, puts a state in place of its own, and gives it power again; who asks it
   * first boots it.
   */
  void restart(byte[] state) throws Exception {
    close();
    Files.write(folder.resolve(STATE), state);
    process = started(folder);
  }

  String location() {
    return "unix:" + folder.resolve("tpm.sock");
  }

  /** The name of its endorsement key: what an operator takes down at the machine. */
  Bytes endorsementKeyName() throws Exception {
    try (TpmAttester tpm = TpmAttester.open(TpmDevice.open(location(), PATIENCE))) {
      return TpmPublic.read(tpm.ekPublic()).name();
    }
  }

  /** What the first eight registers hold, as a policy refers to them. */
  Map<Integer, Set<Bytes>> registers() throws Exception {
    try (TpmDevice device = TpmDevice.open(location(), PATIENCE)) {
      Map<Integer, Set<Bytes>> values = new HashMap<>();
      device
          .readPcrs(new PcrSelection(TpmHash.SHA256, List.of(0, 1, 2, 3, 4, 5, 6, 7)))
          .forEach((pcr, value) -> values.put(pcr.index(), Set.of(value)));
      return values;
    }
  }

  /** Other firmware, as far as the TPM can tell. */
  void extend(int register) throws Exception {
    try (TpmDevice device = TpmDevice.open(location(), PATIENCE)) {
      device.extendPcr(new Pcr(TpmHash.SHA256, register), Bytes.copyOf(new byte[32]));
    }
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().completeOnTimeout(process, 5, TimeUnit.SECONDS).join();
  }
}
