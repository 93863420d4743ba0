package dev.hanse.provider.anthropic;

/** A member of a request that the Messages API cannot express, or that is not what it must be. */
final class Unsupported extends Exception {
  private static final long serialVersionUID = 1;

  private final String param;

  Unsupported(String param, String why) {
    super("'" + param + "' " + why, null, false, false);
    this.param = param;
  }

  static Unsupported field(String param) {
    return new Unsupported(param, "is not supported by this model's engine");
  }

  /** The member's path, as clients know it. */
  String param() {
    return param;
  }
}
