package dev.hanse.node.identity.collect;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.nvidia.NvidiaVerifier;
import dev.hanse.node.identity.EvidenceCollector;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * GPU evidence by a command of the operator's: NVIDIA's driver gives it out through NVML only,
 * which is a native library this process does not load.
 *
 * <p>The command is run with the nonce (64 hexadecimal digits) as its last argument and prints, for
 * each GPU, {@code gpu}, then {@code evidence BASE64} (request and response as SPDM lays them out),
 * then {@code certificate BASE64} (DER) for each certificate, leaf first; a line each. At most 16
 * GPUs, 1 MiB, 15 s; at the end it is killed, and with it the programs it started. It inherits this
 * process's environment and nothing else; what it prints is believed by nobody before a verifier
 * has judged it. Blocking.
 */
public final class GpuCommand implements EvidenceCollector {
  private static final String TECHNOLOGY = "nvidia-gpu";
  private static final int OUTPUT_LIMIT_BYTES = 1024 * 1024;
  private static final int MOST_GPUS = 16;
  private static final Duration WITHIN = Duration.ofSeconds(15);

  private final List<String> command;
  private final Duration within;

  public GpuCommand(List<String> command) {
    this(command, WITHIN);
  }

  GpuCommand(List<String> command, Duration within) {
    if (command.isEmpty()) {
      throw new IllegalArgumentException("a command has at least its program");
    }
    this.command = List.copyOf(command);
    this.within = within;
  }

  @Override
  public List<Evidence> collect(Bytes reportData) throws IOException {
    List<String> line = new ArrayList<>(command);
    line.add(NvidiaVerifier.nonce(reportData).hex());
    Process process;
    try {
      process = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    } catch (IOException absent) {
      throw new IOException(
          command.getFirst() + " cannot be run to collect GPU evidence: " + absent.getMessage(),
          absent);
    }
    try {
      return parts(new String(printed(process), StandardCharsets.US_ASCII));
    } finally {
      end(process);
    }
  }

  /** All it prints until it ends of itself, in time. */
  private byte[] printed(Process process) throws IOException {
    long until = System.nanoTime() + within.toNanos();
    try {
      process.getOutputStream().close();
      InputStream output = process.getInputStream();
      byte[] text =
          CompletableFuture.supplyAsync(() -> read(output), task -> Thread.ofVirtual().start(task))
              .get(within.toMillis(), TimeUnit.MILLISECONDS);
      if (text.length > OUTPUT_LIMIT_BYTES) {
        throw new IOException(command.getFirst() + " printed more than 1 MiB");
      }
      if (!process.waitFor(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw late();
      }
      if (process.exitValue() != 0) {
        throw new IOException(
            command.getFirst()
                + " gave no GPU evidence: exit code "
                + process.exitValue()
                + "; run it by hand, with 64 hexadecimal digits behind it, to see why");
      }
      return text;
    } catch (TimeoutException silent) {
      throw late();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException("stopped while collecting GPU evidence", stopped);
    } catch (ExecutionException broken) {
      throw new IOException(command.getFirst() + " cannot be read", broken.getCause());
    }
  }

  private IOException late() {
    return new IOException(
        command.getFirst() + " gave no GPU evidence within " + within.toMillis() + " ms");
  }

  /** A script's own children too: they would hold its output open, and a GPU busy. */
  private static void end(Process process) {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
  }

  private static byte[] read(InputStream output) {
    try {
      return output.readNBytes(OUTPUT_LIMIT_BYTES + 1);
    } catch (IOException closed) {
      return new byte[0];
    }
  }

  private List<Evidence> parts(String text) throws IOException {
    if (!text.startsWith("gpu\n")) {
      throw new IOException(command.getFirst() + " printed something that does not begin with gpu");
    }
    List<Evidence> gpus = new ArrayList<>();
    for (String block : text.substring("gpu\n".length()).split("(?m)^gpu$", -1)) {
      gpus.add(part(block));
    }
    if (gpus.size() > MOST_GPUS) {
      throw new IOException(
          command.getFirst() + " told of " + gpus.size() + " GPUs; 1 to 16 are accepted");
    }
    return gpus;
  }

  private Evidence part(String block) throws IOException {
    List<Bytes> bodies = new ArrayList<>();
    List<Bytes> certificates = new ArrayList<>();
    for (String line : block.strip().lines().toList()) {
      String[] words = line.strip().split(" ", -1);
      try {
        if (words.length != 2) {
          throw new IllegalArgumentException("line");
        }
        Bytes value = Bytes.copyOf(Base64.getDecoder().decode(words[1]));
        switch (words[0]) {
          case "evidence" -> bodies.add(value);
          case "certificate" -> certificates.add(value);
          default -> throw new IllegalArgumentException("line");
        }
      } catch (IllegalArgumentException unreadable) {
        throw new IOException(
            command.getFirst() + " printed a line that is neither evidence nor certificate",
            unreadable);
      }
    }
    if (bodies.size() != 1) {
      throw new IOException(command.getFirst() + " printed a GPU without one line of evidence");
    }
    return new Evidence(TECHNOLOGY, bodies.getFirst(), certificates);
  }
}
