package dev.hanse.attestation.tdx;

/**
 * Bits of TDATTRIBUTES, from Intel's "TDX Module Base Architecture", table of ATTRIBUTES, and
 * Linux' {@code arch/x86/include/asm/shared/tdx.h}.
 */
public final class TdAttributes {
  /** The host may read and write the domain: nothing it states is worth anything. */
  public static final long DEBUG = 1L;

  /**
   * Bits 0 to 7, "TD under debug": any of them lets the host look in. All but {@link #DEBUG} are
   * refused whatever an operator says.
   */
  public static final long UNDER_DEBUG = 0xFFL;

  /** Linear address space separation. */
  public static final long LASS = 1L << 27;

  /** The host cannot have exceptions injected by taking pages away. */
  public static final long SEPT_VE_DISABLE = 1L << 28;

  /** The domain may be moved to another platform by a service domain. */
  public static final long MIGRATABLE = 1L << 29;

  /** Supervisor protection keys. */
  public static final long PKS = 1L << 30;

  /** Key locker. */
  public static final long KL = 1L << 31;

  /** The domain may use the performance counters. */
  public static final long PERFMON = 1L << 63;

  private TdAttributes() {}
}
