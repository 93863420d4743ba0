package dev.hanse.api;

/** What a provider does with the prompts it sees. */
public record DataPolicy(boolean retainsPrompts, boolean trainsOnPrompts) {
  /** Neither keeps nor learns from them. */
  public static final DataPolicy NONE = new DataPolicy(false, false);
}
