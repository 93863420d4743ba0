package dev.hanse.api;

/**
 * A model's public name, for example {@code llama-3.1-8b-instruct}; 1 to 128 printable characters.
 */
public record ModelId(String value) implements Comparable<ModelId> {
  public ModelId {
    if (value.isBlank()
        || value.length() > 128
        || !value.chars().allMatch(c -> c > 32 && c < 127)) {
      throw new IllegalArgumentException(
          "model must be 1 to 128 printable ASCII characters without spaces, was \""
              + value
              + "\"");
    }
  }

  @Override
  public int compareTo(ModelId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
