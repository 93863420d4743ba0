package dev.hanse.node.identity.collect;

import dev.hanse.attestation.Bytes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The firmware's event log as the kernel shows it, for example at {@code
 * /sys/kernel/security/tpm0/binary_bios_measurements}; sent along with a quote where it is
 * configured.
 */
record EventLogFile(Optional<Path> path) {
  /** What leaves room for the rest of a quote's evidence. */
  private static final int LIMIT_BYTES = 192 * 1024;

  /** Its content. Blocking. */
  Optional<Bytes> read() throws IOException {
    return path.isEmpty()
        ? Optional.empty()
        : Optional.of(BoundedFile.read(path.get(), LIMIT_BYTES));
  }
}
