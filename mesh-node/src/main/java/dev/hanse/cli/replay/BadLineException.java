package dev.hanse.cli.replay;

/** A line of a trace that is no request. */
final class BadLineException extends Exception {
  private static final long serialVersionUID = 1;

  BadLineException(String reason) {
    super(reason);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
