package dev.hanse.control.market;

import dev.hanse.api.Price;

/**
 * What a token of expected traffic is, as shares that add up to 1.
 *
 * @param uncached of prompt tokens the engine has to process
 * @param cached of prompt tokens it has in its cache
 * @param output of completion tokens
 */
public record Mix(double uncached, double cached, double output) {
  /** Three prompt tokens to one completion token, none cached: chat before anything was seen. */
  public static final Mix EXPECTED = new Mix(0.75, 0, 0.25);

  private static final double PERCENT = 100;

  /** From tokens counted; in whole percents, so that noise in the counts moves no price. */
  static Mix of(double uncached, double cached, double output) {
    double total = uncached + cached + output;
    double cachedShare = Math.rint(cached / total * PERCENT) / PERCENT;
    double outputShare = Math.rint(output / total * PERCENT) / PERCENT;
    return new Mix(Math.max(0, 1 - cachedShare - outputShare), cachedShare, outputShare);
  }

  /** Micro-USD for a million tokens of this mix. */
  double blended(Price price) {
    return uncached * price.inputMicrosPerMtok()
        + cached * price.cachedInputMicrosPerMtok()
        + output * price.outputMicrosPerMtok();
  }
}
