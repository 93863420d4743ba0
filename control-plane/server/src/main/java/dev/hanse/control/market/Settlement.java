package dev.hanse.control.market;

/** What a seller is paid. */
public enum Settlement {
  /** What it asked. */
  PAY_AS_BID,
  /**
   * What the dearest of the others asked that would be needed if it were not there: no seller can
   * raise its own pay by asking more (Vickrey, "Counterspeculation", Journal of Finance 16, 1961).
   */
  MARGINAL
}
