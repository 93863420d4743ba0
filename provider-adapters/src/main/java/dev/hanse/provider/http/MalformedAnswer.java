package dev.hanse.provider.http;

/** An engine's bytes that cannot be what they should be. The message holds none of them. */
public final class MalformedAnswer extends Exception {
  private static final long serialVersionUID = 1;

  public MalformedAnswer(String message) {
    super(message, null, false, false);
  }
}
