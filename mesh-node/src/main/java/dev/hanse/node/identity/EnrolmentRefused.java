package dev.hanse.node.identity;

/** The control plane refused this node for good; its message says why. */
public final class EnrolmentRefused extends RuntimeException {
  private final String code;

  EnrolmentRefused(Enrolled.Refused refused) {
    super("the control plane refused this node (" + refused.code() + "): " + refused.message());
    this.code = refused.code();
  }

  /** As in {@code dev.hanse.attestation.Refusal}. */
  public String code() {
    return code;
  }
}
