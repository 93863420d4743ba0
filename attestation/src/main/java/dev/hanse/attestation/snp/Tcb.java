package dev.hanse.attestation.snp;

import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;

/**
 * A version of everything a report's truth rests on: security patch levels, 0 to 255 each.
 *
 * @param firmwareController Turin's FMC; 0 for the lines before, which have none
 * @param bootLoader of the security processor
 * @param tee its operating system
 * @param snp the SNP firmware
 * @param microcode of the cores
 */
public record Tcb(int firmwareController, int bootLoader, int tee, int snp, int microcode) {
  public static final Tcb ZERO = new Tcb(0, 0, 0, 0, 0);

  public Tcb {
    for (int level : new int[] {firmwareController, bootLoader, tee, snp, microcode}) {
      if (level < 0 || level > 0xFF) {
        throw new IllegalArgumentException("a patch level is 0 to 255, was " + level);
      }
    }
  }

  /** Of a product line without an FMC: Milan and Genoa. */
  public static Tcb of(int bootLoader, int tee, int snp, int microcode) {
    return new Tcb(0, bootLoader, tee, snp, microcode);
  }

  /**
   * Reads the eight bytes of a report.
   *
   * @param raw the first byte lowest
   * @throws Rejection if a byte that has no meaning for that product line is not zero
   */
  static Tcb read(long raw, Product product, String field) throws Rejection {
    int[] bySpl = new int[10];
    for (int index = 0; index < Long.BYTES; index++) {
      bySpl[product.splOfByte(index)] = (int) (raw >>> (index * Byte.SIZE)) & 0xFF;
    }
    Rejection.unless(
        (bySpl[4] | bySpl[5] | bySpl[6] | bySpl[7]) == 0,
        Stage.PARSE,
        Reason.RESERVED,
        field + " uses bytes that are reserved on " + product.vendorName());
    return new Tcb(bySpl[9], bySpl[1], bySpl[2], bySpl[3], bySpl[8]);
  }

  /** Whether no level is below another's. */
  public boolean atLeast(Tcb floor) {
    return firmwareController >= floor.firmwareController
        && bootLoader >= floor.bootLoader
        && tee >= floor.tee
        && snp >= floor.snp
        && microcode >= floor.microcode;
  }

  @Override
  public String toString() {
    return "fmc "
        + firmwareController
        + ", boot loader "
        + bootLoader
        + ", tee "
        + tee
        + ", snp "
        + snp
        + ", microcode "
        + microcode;
  }
}
