package dev.hanse.provider.http;

/**
 * A credential on its way to an engine; it never prints itself.
 *
 * @param value empty where the engine asks for none
 */
public record Secret(String value) {
  public static final Secret NONE = new Secret("");

  public Secret {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) <= ' ' || value.charAt(i) > '~') {
        throw new IllegalArgumentException("a key must be printable ASCII without spaces");
      }
    }
  }

  public boolean isPresent() {
    return !value.isEmpty();
  }

  @Override
  public String toString() {
    return isPresent() ? "Secret[***]" : "Secret[none]";
  }
}
