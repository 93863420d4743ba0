package dev.hanse.node.identity.collect;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.node.identity.EvidenceCollector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An AWS Nitro enclave's attestation document, from its security module. The document's {@code
 * user_data} is the report data and its {@code nonce} the first 32 bytes of it. Blocking, for 15 s
 * at most: Linux' driver waits two minutes for a module that does not answer, and cannot be told to
 * stop. While it waits for one request no other is made. Any thread.
 *
 * <p>Written from the published request format and tried against a scripted module only: there is
 * no enclave where this was built.
 */
public final class NitroCollector implements EvidenceCollector {
  public static final Path DEVICE = Path.of("/dev/nsm");

  private static final String TECHNOLOGY = "aws-nitro";

  private static final Duration WITHIN = Duration.ofSeconds(15);

  private final Path device;
  private final Module module;
  private final Duration within;
  private final AtomicBoolean asking = new AtomicBoolean();

  /** Asks the module: a CBOR request in, a CBOR response out. */
  @FunctionalInterface
  interface Module {
    byte[] ask(byte[] request) throws IOException;
  }

  /** Collects from the module's device. */
  public NitroCollector(Path device) {
    this(device, new NsmDevice(device)::ask, WITHIN);
  }

  NitroCollector(Path device, Module module, Duration within) {
    this.device = device;
    this.module = module;
    this.within = within;
  }

  @Override
  public List<Evidence> collect(Bytes reportData) throws IOException {
    if (!Files.exists(device)) {
      throw new IOException(
          device
              + " is not there, so this machine gives no "
              + TECHNOLOGY
              + " evidence: run the node inside a Nitro enclave, with the kernel's nsm module"
              + " (Linux 6.8 or later, or the one of the enclave image)");
    }
    byte[] answer = ask(NsmMessages.request(reportData));
    return List.of(new Evidence(TECHNOLOGY, Bytes.copyOf(NsmMessages.document(answer))));
  }

  private byte[] ask(byte[] request) throws IOException {
    if (!asking.compareAndSet(false, true)) {
      throw new IOException(
          device + " still owes the answer to an earlier request: nothing more is asked of it");
    }
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    // Not a virtual thread: the call would hold the carrier of others for as long as it takes.
    Thread.ofPlatform()
        .daemon()
        .name("nsm")
        .start(() -> {
          try {
            byte[] given = module.ask(request);
            asking.set(false);
            answer.complete(given);
          } catch (IOException | RuntimeException failed) {
            asking.set(false);
            answer.completeExceptionally(failed);
          }
        });
    try {
      return answer.get(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      throw new IOException(
          device
              + " did not answer within "
              + within.toMillis()
              + " ms: if that goes on, the enclave has to be started anew",
          late);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException("stopped while asking " + device, stopped);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof IOException refused) {
        throw refused;
      }
      throw new IOException(device + " could not be asked", failed.getCause());
    }
  }
}
