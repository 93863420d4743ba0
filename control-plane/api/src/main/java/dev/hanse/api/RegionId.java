package dev.hanse.api;

import java.util.regex.Pattern;

/** A region of the mesh, for example {@code eu-west}: lower-case words joined by hyphens. */
public record RegionId(String value) implements Comparable<RegionId> {
  private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+){0,3}");

  public RegionId {
    if (value.length() > 32 || !FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("region must look like eu-west, was \"" + value + "\"");
    }
  }

  @Override
  public int compareTo(RegionId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
