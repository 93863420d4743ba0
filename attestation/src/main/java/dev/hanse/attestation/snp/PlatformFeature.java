package dev.hanse.attestation.snp;

/** What a platform says about itself, one bit each, signed (publication 56860, "PLATFORM_INFO"). */
public enum PlatformFeature {
  /** Simultaneous multithreading is on. */
  SMT(0),
  /** Transparent memory encryption is on. */
  TSME(1),
  /** Memory has ECC. */
  ECC(2),
  /** Running average power limits are off. */
  RAPL_DISABLED(3),
  /** DRAM hides ciphertext. */
  CIPHERTEXT_HIDING(4),
  /** No two addresses lead to one cell of memory: checked since its last reset (BadRAM). */
  ALIAS_CHECK_COMPLETE(5),
  /** No meaning published; genuine Turin parts set it. */
  BIT_6(6),
  /** Trusted I/O is on. */
  TRUSTED_IO(7);

  private final long mask;

  PlatformFeature(int bit) {
    this.mask = 1L << bit;
  }

  boolean in(long platform) {
    return (platform & mask) != 0;
  }

  /** Every bit seen in genuine parts or published. */
  static long known() {
    long known = 0;
    for (PlatformFeature each : values()) {
      known |= each.mask;
    }
    return known;
  }
}
