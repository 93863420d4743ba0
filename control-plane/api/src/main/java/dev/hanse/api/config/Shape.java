package dev.hanse.api.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a part of a document must look like, derived from the type it is read into. */
sealed interface Shape {
  record Word(ScalarKind kind) implements Shape {}

  record Items(Shape item) implements Shape {}

  record Named(ScalarKind key, Shape value) implements Shape {}

  record Maybe(Shape present) implements Shape {}

  record Nested(Section section) implements Shape {}

  /** What the template calls it. */
  default String describe() {
    return switch (this) {
      case Word(var kind) -> kind.name();
      case Items(var item) -> "list of " + item.describe();
      case Named(var key, var value) -> "map of " + key.name() + " to " + value.describe();
      case Maybe(var present) -> present.describe();
      case Nested _ -> "section";
    };
  }

  static Shape of(Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      if (generic.getRawType() == List.class) {
        return new Items(of(arguments[0]));
      }
      if (generic.getRawType() == Optional.class) {
        return new Maybe(of(arguments[0]));
      }
      if (generic.getRawType() == Map.class && of(arguments[0]) instanceof Word(var key)) {
        return new Named(key, of(arguments[1]));
      }
    }
    if (type instanceof Class<?> plain) {
      Optional<ScalarKind> kind = ScalarKind.of(plain);
      if (kind.isPresent()) {
        return new Word(kind.get());
      }
      if (plain.isRecord()) {
        return new Nested(Section.of(plain.asSubclass(Record.class)));
      }
    }
    throw new IllegalStateException("configuration cannot hold a " + type.getTypeName());
  }
}
