package dev.hanse.control.identity;

/**
 * What opens an authority's key.
 *
 * @param text 8 to 1024 characters
 */
public record Passphrase(String text) {
  private static final int FEWEST_CHARS = 8;
  private static final int MOST_CHARS = 1024;

  public Passphrase {
    if (text.length() < FEWEST_CHARS || text.length() > MOST_CHARS) {
      throw new IllegalArgumentException("a passphrase has 8 to 1024 characters");
    }
  }

  /** Leaves it out. */
  @Override
  public String toString() {
    return "passphrase";
  }
}
