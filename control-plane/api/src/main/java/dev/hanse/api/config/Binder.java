package dev.hanse.api.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns a tree into a record, and collects everything that does not fit instead of stopping. */
final class Binder {
  private static final int MAX_PROBLEMS = 50;
  private static final int MAX_SECRET_BYTES = 1 << 16;

  /** Below this a secret could be part of a harmless word, so a record is not searched for it. */
  private static final int CHECKED_SECRET_CHARS = 8;

  private final Map<String, String> environment;
  private final List<Problem> problems;

  /** {@code problems} is added to. */
  Binder(Map<String, String> environment, List<Problem> problems) {
    this.environment = environment;
    this.problems = problems;
  }

  /** A value being read, and where it is. */
  private record Spot(String path, String where, boolean secret) {
    Spot child(String name, String childWhere, boolean childSecret) {
      return new Spot(path.isEmpty() ? name : path + "." + name, childWhere, childSecret);
    }

    Spot item(int index, String itemWhere) {
      return new Spot(path + "[" + index + "]", itemWhere, secret);
    }
  }

  /** Empty when something did not fit; then there is a problem more. */
  Optional<Object> root(Section section, Tree tree) {
    return section(section, tree, new Spot("", tree.where(), false));
  }

  private Optional<Object> bind(Shape shape, Tree tree, Spot spot) {
    return switch (shape) {
      case Shape.Word(var kind) -> word(kind, tree, spot);
      case Shape.Items(var item) -> items(item, tree, spot);
      case Shape.Named(var key, var value) -> named(key, value, tree, spot);
      case Shape.Maybe(var present) ->
          isNull(tree)
              ? Optional.of(Optional.empty())
              : bind(present, tree, spot).map(Optional::of);
      case Shape.Nested(var section) -> section(section, tree, spot);
    };
  }

  private Optional<Object> word(ScalarKind kind, Tree tree, Spot spot) {
    if (!(tree instanceof Tree.Scalar scalar)
        || scalar.isNull()
        || (kind.literal() && scalar.quoted())) {
      return refuse(spot, "must be " + kind.expected() + was(tree, spot));
    }
    Optional<String> text =
        spot.secret() ? reveal(scalar.text(), spot) : Optional.of(scalar.text());
    try {
      return text.map(kind.parse());
    } catch (IllegalArgumentException | ArithmeticException unfit) {
      return refuse(spot, "must be " + kind.expected() + was(tree, spot));
    }
  }

  private static String was(Tree tree, Spot spot) {
    if (spot.secret()) {
      return "";
    }
    boolean quotedLiteral =
        tree instanceof Tree.Scalar scalar && scalar.quoted() && !scalar.text().isEmpty();
    return ", was " + tree.describe() + (quotedLiteral ? " in quotes" : "");
  }

  /** Follows {@code file:} and {@code env:}. */
  private Optional<String> reveal(String reference, Spot spot) {
    if (reference.startsWith("env:")) {
      String name = reference.substring("env:".length());
      String value = environment.get(name);
      if (value == null || value.isEmpty()) {
        refuse(spot, "refers to the environment variable " + name + ", which is not set");
        return Optional.empty();
      }
      return Optional.of(value);
    }
    if (reference.startsWith("file:")) {
      return content(reference.substring("file:".length()), spot);
    }
    return Optional.of(reference);
  }

  private Optional<String> content(String file, Spot spot) {
    try {
      Path path = Path.of(file);
      if (Files.size(path) > MAX_SECRET_BYTES) {
        refuse(spot, "refers to " + file + ", which is longer than " + MAX_SECRET_BYTES + " bytes");
        return Optional.empty();
      }
      String content = Files.readString(path).strip();
      if (content.isEmpty()) {
        refuse(spot, "refers to " + file + ", which is empty");
        return Optional.empty();
      }
      return Optional.of(content);
    } catch (IOException | InvalidPathException unreadable) {
      refuse(spot, "refers to " + file + ", which cannot be read");
      return Optional.empty();
    }
  }

  private Optional<Object> items(Shape shape, Tree tree, Spot spot) {
    if (isNull(tree)) {
      return Optional.of(List.of());
    }
    if (!(tree instanceof Tree.Sequence sequence)) {
      return refuse(spot, "must be a list of " + describe(shape) + was(tree, spot));
    }
    List<Object> items = new ArrayList<>();
    int index = 0;
    for (Tree item : sequence.items()) {
      bind(shape, item, spot.item(index++, item.where())).ifPresent(items::add);
    }
    return items.size() == index ? Optional.of(List.copyOf(items)) : Optional.empty();
  }

  private static String describe(Shape shape) {
    return shape instanceof Shape.Word(var kind) ? kind.name() : shape.describe() + "s";
  }

  private Optional<Object> named(ScalarKind keys, Shape values, Tree tree, Spot spot) {
    if (isNull(tree)) {
      return Optional.of(Map.of());
    }
    if (!(tree instanceof Tree.Mapping mapping)) {
      return refuse(spot, "must map " + keys.name() + " to values" + was(tree, spot));
    }
    Map<Object, Object> named = new LinkedHashMap<>();
    for (var entry : mapping.entries().entrySet()) {
      Spot value = spot.child(entry.getKey(), entry.getValue().where(), spot.secret());
      Tree.Scalar name = new Tree.Scalar(entry.getValue().where(), entry.getKey(), !keys.literal());
      Optional<Object> key = word(keys, name, new Spot(value.path(), value.where(), false));
      Optional<Object> bound = bind(values, entry.getValue().value(), value);
      if (key.isPresent() && bound.isPresent()) {
        named.put(key.get(), bound.get());
      }
    }
    return named.size() == mapping.entries().size()
        ? Optional.of(Collections.unmodifiableMap(named))
        : Optional.empty();
  }

  private Optional<Object> section(Section section, Tree tree, Spot spot) {
    Tree given = isNull(tree) ? Tree.Mapping.empty(tree.where()) : tree;
    if (!(given instanceof Tree.Mapping mapping)) {
      String keys = String.join(", ", section.keyNames());
      return refuse(spot, "must be a section with the keys " + keys + was(tree, spot));
    }
    boolean fits = refuseUnknown(section, mapping, spot);
    Object[] values = new Object[section.keys().size()];
    for (int index = 0; index < values.length; index++) {
      Section.Key key = section.keys().get(index);
      Tree.Entry entry = mapping.entries().get(key.name());
      Optional<Object> value =
          entry == null
              ? missing(key, spot.child(key.name(), spot.where(), key.secret()))
              : bind(
                  key.shape(), entry.value(), spot.child(key.name(), entry.where(), key.secret()));
      fits &= value.isPresent();
      values[index] = value.orElse(spot);
    }
    return fits ? create(section, values, mapping, spot) : Optional.empty();
  }

  private boolean refuseUnknown(Section section, Tree.Mapping mapping, Spot spot) {
    boolean fits = true;
    List<String> known = section.keyNames();
    for (var entry : mapping.entries().entrySet()) {
      if (!known.contains(entry.getKey())) {
        fits = false;
        String meant =
            Nearest.to(entry.getKey(), known)
                .map(near -> "; did you mean " + near + "?")
                .orElse("");
        refuse(
            spot.child(entry.getKey(), entry.getValue().where(), false),
            "is not known" + meant + " (known here: " + String.join(", ", known) + ")");
      }
    }
    return fits;
  }

  private Optional<Object> missing(Section.Key key, Spot spot) {
    if (key.fallback().isPresent()) {
      return Optional.of(fallback(key, key.fallback().get(), spot));
    }
    return switch (key.shape()) {
      case Shape.Items _ -> Optional.of(List.of());
      case Shape.Named _ -> Optional.of(Map.of());
      case Shape.Maybe _ -> Optional.of(Optional.empty());
      case Shape.Nested(var section) -> section(section, Tree.Mapping.empty(spot.where()), spot);
      case Shape.Word(var kind) -> {
        String variable =
            spot.path().indexOf('[') < 0 ? " or set " + Words.variable(spot.path()) : "";
        yield refuse(spot, "is required: give " + kind.expected() + variable);
      }
    };
  }

  private static Object fallback(Section.Key key, String text, Spot spot) {
    List<Problem> mistakes = new ArrayList<>();
    Tree tree = Overrides.tree(key.shape(), text, "@Default");
    return new Binder(Map.of(), mistakes)
        .bind(key.shape(), tree, new Spot(spot.path(), "@Default", false))
        .orElseThrow(() -> new IllegalStateException("bad default: " + mistakes));
  }

  private Optional<Object> create(
      Section section, Object[] values, Tree.Mapping mapping, Spot spot) {
    Record made;
    try {
      made = section.create(values);
    } catch (IllegalArgumentException refusal) {
      String message = withoutSecrets(section, values, String.valueOf(refusal.getMessage()));
      return blamed(section, message)
          .map(key -> refuse(spotOf(key, mapping, spot), message))
          .orElseGet(() -> refuse(spot, message));
    }
    refuseLeak(section, values, made);
    return Optional.of(made);
  }

  /** A record's own refusal names its component first, in its own or in the document's spelling. */
  private static Optional<Section.Key> blamed(Section section, String message) {
    String firstWord = message.split("[^A-Za-z0-9-]", 2)[0];
    return section.keys().stream()
        .filter(key -> key.name().equals(Words.kebab(firstWord)))
        .findFirst();
  }

  private static Spot spotOf(Section.Key key, Tree.Mapping mapping, Spot spot) {
    Tree.Entry entry = mapping.entries().get(key.name());
    return spot.child(key.name(), entry == null ? spot.where() : entry.where(), key.secret());
  }

  private static String withoutSecrets(Section section, Object[] values, String message) {
    String hidden = message;
    for (int index = 0; index < values.length; index++) {
      String secret = secretOf(section.keys().get(index), values[index]);
      hidden = secret.isEmpty() ? hidden : hidden.replace(secret, "***");
    }
    return hidden;
  }

  private static void refuseLeak(Section section, Object[] values, Record made) {
    for (int index = 0; index < values.length; index++) {
      String secret = secretOf(section.keys().get(index), values[index]);
      if (secret.length() >= CHECKED_SECRET_CHARS && made.toString().contains(secret)) {
        throw new IllegalStateException(
            section.type().getSimpleName()
                + ".toString shows the secret "
                + section.keys().get(index).name()
                + "; return Masked.text(this) from it");
      }
    }
  }

  /** Empty where there is none. */
  private static String secretOf(Section.Key key, Object value) {
    Object plain = value instanceof Optional<?> maybe ? maybe.orElse(null) : value;
    return key.secret() && plain instanceof String text ? text : "";
  }

  private static boolean isNull(Tree tree) {
    return tree instanceof Tree.Scalar scalar && scalar.isNull();
  }

  private Optional<Object> refuse(Spot spot, String message) {
    if (problems.size() < MAX_PROBLEMS) {
      problems.add(new Problem(spot.path(), spot.where(), message));
    }
    return Optional.empty();
  }
}
