package dev.hanse.api.config;

import java.util.List;

/**
 * Prints a configuration with every key, explained. What has a default stands there with it; what
 * has none stands in a comment, so that the text can be read back as it is.
 */
final class Template {
  private static final int MAX_COLUMNS = 100;

  private final StringBuilder text = new StringBuilder();
  private final boolean variables;

  private Template(boolean variables) {
    this.variables = variables;
  }

  /**
   * Prints a section.
   *
   * @param variables whether to name the environment variable that sets a key
   */
  static String of(Section root, boolean variables) {
    Template template = new Template(variables);
    if (!root.doc().isEmpty()) {
      template.comment("", root.doc());
      template.text.append('\n');
    }
    template.keys(root, "", "");
    return template.text.toString();
  }

  /**
   * @param prefix where keys start, {@code # } included within comments
   * @param path of the section, empty for the root
   */
  private void keys(Section section, String prefix, String path) {
    boolean first = true;
    for (Section.Key key : section.keys()) {
      if (!first && path.isEmpty()) {
        text.append(prefix.stripTrailing()).append('\n');
      }
      first = false;
      key(key, prefix, path.isEmpty() ? key.name() : path + "." + key.name());
    }
  }

  private void key(Section.Key key, String prefix, String path) {
    comment(prefix, key.doc().isEmpty() ? docOf(key.shape()) : key.doc());
    switch (key.shape()) {
      case Shape.Word word -> word(key, word, prefix, path, key.fallback().isPresent());
      case Shape.Maybe(Shape.Word word) ->
          word(key, word, prefix, path, key.fallback().isPresent());
      case Shape.Nested(var section) -> {
        line(prefix, key.name() + ":");
        keys(section, prefix + "  ", path);
      }
      case Shape.Maybe(Shape.Nested(var section)) -> {
        comment(prefix, "(a section; may be left out)");
        line(prefix, "# " + key.name() + ":");
        keys(section, prefix + "#   ", path);
      }
      case Shape.Items(Shape.Nested(var section)) -> {
        comment(prefix, "(a list of sections)");
        line(prefix, "# " + key.name() + ":");
        line(prefix, "#   -");
        keys(section, prefix + "#     ", path + "[]");
      }
      case Shape.Named(var name, Shape.Nested(var section)) -> {
        comment(prefix, "(maps a " + name.name() + " to a section)");
        line(prefix, "# " + key.name() + ":");
        line(prefix, "#   <" + name.name() + ">:");
        keys(section, prefix + "#     ", path + "[]");
      }
      case Shape.Items _, Shape.Named _, Shape.Maybe _ -> {
        facts(key, prefix, path);
        String empty = key.shape() instanceof Shape.Named ? "{}" : "[]";
        boolean commented = key.shape() instanceof Shape.Maybe && key.fallback().isEmpty();
        line(prefix, (commented ? "# " : "") + key.name() + ": " + key.fallback().orElse(empty));
      }
    }
  }

  private void word(
      Section.Key key, Shape.Word word, String prefix, String path, boolean hasFallback) {
    facts(key, prefix, path);
    if (hasFallback && !(key.secret() && !key.fallback().orElse("").isEmpty())) {
      line(prefix, key.name() + ": " + quoted(word.kind(), key.fallback().orElse("")));
    } else if (key.secret()) {
      line(prefix, "# " + key.name() + ": file:/run/secrets/" + key.name());
    } else {
      // Within a comment already, a required key stands without a second sign.
      boolean required = key.shape() instanceof Shape.Word;
      String sign = required && prefix.startsWith("#") ? "" : "# ";
      line(prefix, sign + key.name() + ": <" + word.kind().name() + ">");
    }
  }

  private void facts(Section.Key key, String prefix, String path) {
    StringBuilder facts = new StringBuilder("(").append(key.shape().describe());
    if (key.secret()) {
      facts.append(", or file:/path, or env:NAME");
    }
    boolean required = key.shape() instanceof Shape.Word && key.fallback().isEmpty();
    boolean optional = key.shape() instanceof Shape.Maybe && key.fallback().isEmpty();
    facts.append(required ? "; required" : "").append(optional ? "; may be left out" : "");
    if (variables && path.indexOf('[') < 0) {
      facts.append("; ").append(Words.variable(path));
    }
    comment(prefix, facts.append(')').toString());
  }

  private static String docOf(Shape shape) {
    return switch (shape) {
      case Shape.Nested(var section) -> section.doc();
      case Shape.Items(var item) -> docOf(item);
      case Shape.Named(_, var value) -> docOf(value);
      case Shape.Maybe(var present) -> docOf(present);
      case Shape.Word _ -> "";
    };
  }

  /** Text is quoted wherever YAML could take it for something else. */
  private static String quoted(ScalarKind kind, String value) {
    boolean plain =
        value.matches("[A-Za-z0-9/][A-Za-z0-9._/+:\\[\\]-]*")
            && !value.endsWith(":")
            && !List.of("null", "true", "false").contains(value);
    return kind.literal() || plain
        ? value
        : "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private void comment(String prefix, String words) {
    int width = Math.max(40, MAX_COLUMNS - prefix.length() - 2);
    words.lines().forEach(line -> line(prefix, ("# " + wrapped(line, width, prefix)).strip()));
  }

  /** Breaks at the last space before the width is full; a word longer than that stays whole. */
  private static String wrapped(String line, int width, String prefix) {
    if (line.length() <= width) {
      return line;
    }
    int space = line.lastIndexOf(' ', width);
    return space <= 0
        ? line
        : line.substring(0, space)
            + "\n"
            + prefix
            + "# "
            + wrapped(line.substring(space + 1), width, prefix);
  }

  private void line(String prefix, String line) {
    text.append(prefix).append(line).append('\n');
  }
}
