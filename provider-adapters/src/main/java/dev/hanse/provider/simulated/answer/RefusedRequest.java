package dev.hanse.provider.simulated.answer;

/**
 * A request the engine refuses, in the terms of an OpenAI error object.
 *
 * <p>An exception because it may arise anywhere in a nested body; it never leaves the simulated
 * engine.
 */
public final class RefusedRequest extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Why it is refused. */
  public enum Reason {
    INVALID,
    CONTEXT_TOO_LONG
  }

  private final Reason reason;
  private final String field;

  private RefusedRequest(Reason reason, String field, String message) {
    super(message, null, false, false);
    this.reason = reason;
    this.field = field;
  }

  static RefusedRequest invalid(String field, String message) {
    return new RefusedRequest(Reason.INVALID, field, message);
  }

  static RefusedRequest tooLong(String field, String message) {
    return new RefusedRequest(Reason.CONTEXT_TOO_LONG, field, message);
  }

  public Reason reason() {
    return reason;
  }

  /** The JSON path of the field at fault; empty when it is the body itself. */
  public String field() {
    return field;
  }

  /** The message; never null, unlike the inherited method's. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
