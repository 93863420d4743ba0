package dev.hanse.attestation.snp;

/**
 * What a guest's owner allowed at launch, one bit each (SEV-SNP Firmware ABI, publication 56860,
 * "Guest Policy").
 */
public enum GuestPolicy {
  /** May run with simultaneous multithreading on. */
  SMT(16),
  /** A migration agent may be associated: it can move the guest's memory elsewhere. */
  MIGRATION_AGENT(18),
  /** The host may read and write the guest's memory. */
  DEBUG(19),
  /** May run on one socket only. */
  SINGLE_SOCKET(20),
  /** May run with CXL devices or memory. */
  CXL(21),
  /** Demands AES-256-XTS for memory. */
  AES_256_XTS(22),
  /** Demands that running average power limits are off. */
  RAPL_DISABLED(23),
  /** Demands that DRAM hides ciphertext. */
  CIPHERTEXT_HIDING(24),
  /** Demands that pages may not be swapped. */
  PAGE_SWAP_DISABLED(25);

  /** Bit 17 is one in every policy. */
  static final long ALWAYS = 1L << 17;

  /** ABI version, 16 bits. */
  private static final long ABI = 0xFFFF;

  private final long mask;

  GuestPolicy(int bit) {
    this.mask = 1L << bit;
  }

  boolean in(long policy) {
    return (policy & mask) != 0;
  }

  /** Every bit with a meaning. */
  static long known() {
    long known = ABI | ALWAYS;
    for (GuestPolicy each : values()) {
      known |= each.mask;
    }
    return known;
  }
}
