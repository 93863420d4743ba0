package dev.hanse.api.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A parsed document, of which each part still knows where it came from. */
sealed interface Tree {
  /** {@code line 12}, or the variable or flag that set it. */
  String where();

  /** What the author would call it in an error. */
  String describe();

  /**
   * A single word or text.
   *
   * @param quoted whether it was written in quotes, and is therefore text
   */
  record Scalar(String where, String text, boolean quoted) implements Tree {
    boolean isNull() {
      return !quoted && (text.isEmpty() || text.equals("~") || text.equals("null"));
    }

    @Override
    public String describe() {
      return isNull()
          ? "nothing"
          : "\"" + (text.length() > 60 ? text.substring(0, 60) + "…" : text) + "\"";
    }
  }

  /** Filled by its reader and by overrides, and not changed after. */
  record Sequence(String where, ArrayList<Tree> items) implements Tree {
    static Sequence of(String where, List<? extends Tree> items) {
      return new Sequence(where, new ArrayList<>(items));
    }

    @Override
    public String describe() {
      return "a list";
    }
  }

  /** As {@link Sequence}. */
  record Mapping(String where, LinkedHashMap<String, Entry> entries) implements Tree {
    static Mapping empty(String where) {
      return new Mapping(where, new LinkedHashMap<>(Map.of()));
    }

    @Override
    public String describe() {
      return "a section";
    }
  }

  /**
   * A key's value.
   *
   * @param where where the key stands
   */
  record Entry(String where, Tree value) {}
}
