package dev.hanse.hash;

/**
 * Turns capacity and price into a member's weight: {@code capacity * (reference / cost)^alpha}, the
 * price part clamped.
 *
 * <p>Theory. With shares proportional to {@code cost^-alpha}, a small seller of unit cost k who
 * maximises profit asks {@code k * alpha / (alpha - 1)}: twice its cost at alpha 2, a third above
 * it at alpha 4, a seventh at alpha 8. Large alpha in turn herds everybody onto the cheapest member
 * on stale prices [1]. Four is the compromise. Because capacity is a factor, splitting one node
 * into several changes its owner's total weight by nothing.
 *
 * <p>[1] Mitzenmacher, "How useful is old information?", IEEE TPDS 11(1), 2000.
 *
 * @param alpha elasticity; above zero
 * @param clamp the price part stays within [1/clamp, clamp]; at least 1
 */
public record Weights(double alpha, double clamp) {
  /** Alpha 4, clamped to [1/64, 64]. */
  public static final Weights DEFAULT = new Weights(4, 64);

  public Weights {
    if (!(alpha > 0) || Double.isInfinite(alpha)) {
      throw new IllegalArgumentException("alpha must be above zero and finite, was " + alpha);
    }
    if (!(clamp >= 1) || Double.isInfinite(clamp)) {
      throw new IllegalArgumentException("clamp must be at least 1 and finite, was " + clamp);
    }
  }

  /**
   * A member's weight. Bit for bit the same on every machine.
   *
   * @param capacity attested capacity in any unit common to the members; above zero
   * @param reference the cost at which the price part is 1; above zero
   * @param effectiveCost the member's cost; above zero
   * @throws RefusedMembership when a part is zero, negative, infinite or not a number
   */
  public double weight(double capacity, double reference, double effectiveCost) {
    if (!(capacity > 0) || Double.isInfinite(capacity)) {
      throw new RefusedMembership(
          RefusedMembership.Reason.CAPACITY_OUT_OF_RANGE,
          "capacity must be finite and above zero, was " + capacity);
    }
    return capacity * priceFactor(reference, effectiveCost);
  }

  private double priceFactor(double reference, double effectiveCost) {
    double ratio = reference / effectiveCost;
    if (!(reference > 0) || !(effectiveCost > 0) || !(ratio > 0) || Double.isInfinite(ratio)) {
      throw new RefusedMembership(
          RefusedMembership.Reason.WEIGHT_OUT_OF_RANGE,
          "costs must be finite and above zero, were " + reference + " and " + effectiveCost);
    }
    return Math.clamp(StrictMath.pow(ratio, alpha), 1 / clamp, clamp);
  }
}
