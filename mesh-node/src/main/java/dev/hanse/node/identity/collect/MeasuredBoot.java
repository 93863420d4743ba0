package dev.hanse.node.identity.collect;

import dev.hanse.attestation.tpm.PcrSelection;
import dev.hanse.attestation.tpm.TpmHash;
import java.util.stream.IntStream;

/** The registers a platform measures its boot into, firmware to kernel, before a process can. */
final class MeasuredBoot {
  /** The static registers (TCG PC Client Platform TPM Profile 1.05, 4.6.2), in SHA-256. */
  static final PcrSelection REGISTERS =
      new PcrSelection(TpmHash.SHA256, IntStream.range(0, 16).boxed().toList());

  private MeasuredBoot() {}
}
