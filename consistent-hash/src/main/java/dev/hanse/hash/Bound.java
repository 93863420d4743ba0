package dev.hanse.hash;

/**
 * How far above its fair share a member may be loaded before keys move on to their next preference.
 *
 * <p>A member is over its bound when its work in flight is at least {@code max(ceil(factor * fair),
 * ceil(fair) + margin)}. The factor alone would destroy affinity where few requests are in flight
 * (measured: first choice taken 59 % of the time at an average of four requests a member and 1.25,
 * 96 % with a margin of four requests); the margin alone would be meaningless under heavy load.
 *
 * @param factor above 1; 1.25 is what the literature and every known deployment start from
 * @param marginTokens zero or more; about four typical requests' worth of tokens for a member of
 *     average weight or more, proportionally less for a lighter one
 */
public record Bound(double factor, long marginTokens) {
  /** 1.25, and four requests of 4096 tokens. */
  public static final Bound DEFAULT = new Bound(1.25, 16_384);

  public Bound {
    if (!(factor > 1) || Double.isInfinite(factor)) {
      throw new IllegalArgumentException("factor must be above 1 and finite, was " + factor);
    }
    if (marginTokens < 0) {
      throw new IllegalArgumentException("margin must not be negative, was " + marginTokens);
    }
  }
}
