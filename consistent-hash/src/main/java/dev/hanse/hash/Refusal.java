package dev.hanse.hash;

/**
 * Why no tokens were reserved. On the hot path a refusal is its negative {@link #code}, so that
 * refusing allocates nothing.
 */
public enum Refusal {
  /** Every eligible member is at its hard cap. Worth another try when something is released. */
  FULL(-1),
  /** The caller's own conditions exclude every member. The same request will fail again. */
  NONE_ELIGIBLE(-2),
  /** The member asked for by name is over its bound; placing by key may still succeed. */
  OVER_BOUND(-3),
  /** As many leases are out as may ever be. Worth another try when something is released. */
  LEASES_EXHAUSTED(-4);

  private final long code;

  Refusal(long code) {
    this.code = code;
  }

  /** What a reservation returns in place of a lease; below zero. */
  public long code() {
    return code;
  }

  /**
   * The refusal of a negative result.
   *
   * @throws IllegalArgumentException when the result is no refusal's code, for example a lease
   */
  public static Refusal of(long code) {
    for (Refusal refusal : values()) {
      if (refusal.code == code) {
        return refusal;
      }
    }
    throw new IllegalArgumentException("not a refusal: " + code);
  }
}
