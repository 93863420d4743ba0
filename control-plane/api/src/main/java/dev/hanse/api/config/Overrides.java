package dev.hanse.api.config;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts what the environment and the flags say over what the document says. Flags win over the
 * environment, the environment over the document.
 *
 * <p>Every key that is not within a list or map can be set: {@code edge.max-body} by {@code
 * HANSE_EDGE_MAX_BODY} and by the flag {@code edge.max-body}. A list of words is given with commas,
 * anything else as YAML's flow style. An empty variable counts as not set.
 */
final class Overrides {
  private final Map<String, Shape> leaves = new LinkedHashMap<>();
  private final Map<String, String> pathOfVariable = new LinkedHashMap<>();
  private final List<Problem> problems;

  /** {@code problems} is added to. */
  Overrides(Section root, List<Problem> problems) {
    this.problems = problems;
    collect(root, "");
  }

  private void collect(Section section, String prefix) {
    for (Section.Key key : section.keys()) {
      String path = prefix + key.name();
      Shape shape = key.shape() instanceof Shape.Maybe(var present) ? present : key.shape();
      if (shape instanceof Shape.Nested(var nested)) {
        collect(nested, path + ".");
        continue;
      }
      leaves.put(path, shape);
      String clash = pathOfVariable.put(Words.variable(path), path);
      if (clash != null) {
        throw new IllegalStateException(
            clash + " and " + path + " would share " + Words.variable(path));
      }
    }
  }

  Tree apply(Tree document, Map<String, String> environment, Map<String, String> flags) {
    Tree tree =
        document instanceof Tree.Scalar scalar && scalar.isNull()
            ? Tree.Mapping.empty(scalar.where())
            : document;
    if (!(tree instanceof Tree.Mapping root)) {
      return tree;
    }
    environment.forEach((variable, value) -> fromEnvironment(root, variable, value));
    flags.forEach((path, value) -> fromFlag(root, path, value));
    return root;
  }

  private void fromEnvironment(Tree.Mapping root, String variable, String value) {
    if (!variable.startsWith("HANSE_") || value.isEmpty()) {
      return;
    }
    String path = pathOfVariable.get(variable);
    if (path != null) {
      set(root, path, value, variable);
      return;
    }
    // Other programs may well own HANSE_ variables (a container platform makes some up), so only
    // what looks like a misspelt one of ours is refused.
    pathOfVariable.keySet().stream()
        .filter(known -> Nearest.mistakes(variable, known) == 1)
        .findFirst()
        .ifPresent(known ->
            problems.add(new Problem("", variable, "is not known; did you mean " + known + "?")));
  }

  private void fromFlag(Tree.Mapping root, String path, String value) {
    if (leaves.containsKey(path)) {
      set(root, path, value, "--" + path);
      return;
    }
    String meant =
        Nearest.to(path, leaves.keySet()).map(near -> "; did you mean " + near + "?").orElse("");
    problems.add(new Problem(path, "--" + path, "is not known" + meant));
  }

  private void set(Tree.Mapping root, String path, String value, String where) {
    Shape shape = leaves.get(path);
    if (shape == null) {
      throw new IllegalStateException("no such key: " + path);
    }
    Tree tree;
    try {
      tree = tree(shape, value, where);
    } catch (ConfigException malformed) {
      malformed.problems().forEach(p -> problems.add(new Problem(path, where, p.message())));
      return;
    }
    String[] steps = path.split("\\.");
    Tree.Mapping parent = root;
    for (String step : Arrays.asList(steps).subList(0, steps.length - 1)) {
      Tree.Entry entry = parent.entries().get(step);
      Tree child = entry == null ? new Tree.Scalar(where, "", false) : entry.value();
      if (child instanceof Tree.Scalar scalar && scalar.isNull()) {
        child = Tree.Mapping.empty(where);
        parent.entries().put(step, new Tree.Entry(entry == null ? where : entry.where(), child));
      }
      if (!(child instanceof Tree.Mapping mapping)) {
        return; // Not a section, as the binder is about to say.
      }
      parent = mapping;
    }
    parent.entries().put(steps[steps.length - 1], new Tree.Entry(where, tree));
  }

  /** Reads a value that stands alone, outside any document. */
  static Tree tree(Shape shape, String value, String where) {
    return switch (shape) {
      case Shape.Maybe(var present) -> tree(present, value, where);
      case Shape.Word(var kind) -> new Tree.Scalar(where, value, !kind.literal());
      case Shape.Items(Shape.Word(var kind)) when !value.stripLeading().startsWith("[") ->
          Tree.Sequence.of(
              where,
              Arrays.stream(value.split(",", -1))
                  .map(item -> new Tree.Scalar(where, item.strip(), !kind.literal()))
                  .toList());
      case Shape.Items _, Shape.Named _, Shape.Nested _ -> TreeReader.value(value, where);
    };
  }
}
