package dev.hanse.api.config;

/**
 * One thing wrong with a configuration.
 *
 * @param path the key, for example {@code edge.limits.max-body}; empty for the whole document
 * @param where where the value was set: {@code line 12}, {@code HANSE_EDGE_PORT}, {@code
 *     --edge.port}; empty where nothing was set
 * @param message what was expected
 */
public record Problem(String path, String where, String message) {
  @Override
  public String toString() {
    return (where.isEmpty() ? "" : where + ": ") + (path.isEmpty() ? "" : path + ": ") + message;
  }
}
