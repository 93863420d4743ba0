package dev.hanse.provider;

/** Why an engine would not take a request now: how {@link Provider#status} and the like fail. */
public final class EngineUnavailable extends Exception {
  private static final long serialVersionUID = 1;

  private final transient ProviderFailure failure;

  /** Without a stack trace: it is an answer, not a defect. */
  public EngineUnavailable(ProviderFailure failure) {
    super(failure.message(), null, false, false);
    this.failure = failure;
  }

  public ProviderFailure failure() {
    return failure;
  }
}
