package dev.hanse.attestation;

/**
 * Carries a {@link Refusal.Rejected} out of a parser or check to {@link Verifier#verify}, which
 * turns it into a value. Made for hostile input at full rate: it has no stack trace.
 */
public final class Rejection extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Refusal.Rejected refusal;

  public Rejection(Stage stage, Reason reason, String detail) {
    super(detail, null, false, false);
    this.refusal = new Refusal.Rejected(stage, reason, detail);
  }

  public Refusal.Rejected refusal() {
    return refusal;
  }

  /** Refuses unless a condition holds. */
  public static void unless(boolean holds, Stage stage, Reason reason, String detail)
      throws Rejection {
    if (!holds) {
      throw new Rejection(stage, reason, detail);
    }
  }
}
