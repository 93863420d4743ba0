package dev.hanse.api;

import java.util.regex.Pattern;

/**
 * A node's name in the mesh: its provider's name, a dot, and a name the provider chose, for example
 * {@code acme.gpu-1}. Nobody but the provider can enrol under it.
 */
public record NodeId(String provider, String name) implements Comparable<NodeId> {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?");

  public NodeId {
    if (!LABEL.matcher(provider).matches()) {
      throw new IllegalArgumentException(
          "provider must be 1 to 32 of a-z, 0-9 and inner hyphens, was \"" + provider + "\"");
    }
    if (!LABEL.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "node name must be 1 to 32 of a-z, 0-9 and inner hyphens, was \"" + name + "\"");
    }
  }

  /** Reads {@code provider.name}. */
  public static NodeId parse(String text) {
    int dot = text.indexOf('.');
    if (dot < 0) {
      throw new IllegalArgumentException("node must look like acme.gpu-1, was \"" + text + "\"");
    }
    return new NodeId(text.substring(0, dot), text.substring(dot + 1));
  }

  @Override
  public int compareTo(NodeId other) {
    int byProvider = provider.compareTo(other.provider);
    return byProvider != 0 ? byProvider : name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return provider + "." + name;
  }
}
