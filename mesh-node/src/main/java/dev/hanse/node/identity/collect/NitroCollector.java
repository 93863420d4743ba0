package dev.hanse.node.identity.collect;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.node.identity.EvidenceCollector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An AWS Nitro enclave's attestation document, from its security module. The document's {@code
 * user_data} is the report data and its {@code nonce} the first 32 bytes of it. Blocking.
 *
 * <p>Written from the published request format and tried against a scripted module only: there is
 * no enclave where this was built.
 */
public final class NitroCollector implements EvidenceCollector {
  public static final Path DEVICE = Path.of("/dev/nsm");

  private static final String TECHNOLOGY = "aws-nitro";

  private final Path device;
  private final Module module;

  /** Asks the module: a CBOR request in, a CBOR response out. */
  @FunctionalInterface
  interface Module {
    byte[] ask(byte[] request) throws IOException;
  }

  /** Collects from the module's device. */
  public NitroCollector(Path device) {
    this(device, new NsmDevice(device)::ask);
  }

  NitroCollector(Path device, Module module) {
    this.device = device;
    this.module = module;
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
    byte[] answer = module.ask(NsmMessages.request(reportData));
    return List.of(new Evidence(TECHNOLOGY, Bytes.copyOf(NsmMessages.document(answer))));
  }
}
