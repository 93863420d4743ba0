package dev.hanse.attestation.policy;

import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.VerifiedClaims;
import java.time.Instant;

/**
 * What one technology's evidence must state beyond being genuine. Immutable but for what {@link
 * #accepted} tells, any thread.
 *
 * <p>Rules make every check they have and name each, so that a result shows what was asked; they
 * refuse what they cannot judge.
 */
public interface Rules {
  /** The registered name of the technology they judge. */
  String technology();

  /**
   * Judges claims whose signatures hold.
   *
   * @param claims of this technology
   * @param at the time they are judged at
   */
  void judge(VerifiedClaims claims, Instant at, Checks checks);

  /**
   * Judges claims that came earlier and are still relied upon. What is held against other evidence
   * of the same attester is so as of the time it came: what came later does not speak against it.
   * All else is judged as of now.
   *
   * @param cameAt not after {@code now}; equal where they came just now
   */
  default void judge(VerifiedClaims claims, Instant cameAt, Instant now, Checks checks) {
    judge(claims, now, checks);
  }

  /**
   * Hears of claims that were accepted, with all their other parts, for rules that hold the next
   * ones against them.
   *
   * @param at the time they were judged at
   */
  default void accepted(VerifiedClaims claims, Instant at) {}

  /** Takes the checks as they are made, in order. */
  interface Checks {
    /**
     * Notes one check.
     *
     * @param name stable, lower-case words joined by hyphens, for example {@code tcb-floor}
     * @param otherwise why evidence is refused if it does not hold
     */
    void check(String name, boolean holds, Reason otherwise, String detail);

    /**
     * As {@link #check(String, boolean, Reason, String)}, for what an operator sets but belongs to
     * an earlier stage, such as a floor under collateral.
     */
    void check(String name, boolean holds, Stage stage, Reason otherwise, String detail);
  }
}
