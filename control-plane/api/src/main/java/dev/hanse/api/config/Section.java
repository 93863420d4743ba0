package dev.hanse.api.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A record that is read from a section of a document. */
record Section(Class<? extends Record> type, List<Key> keys) {
  /**
   * One component.
   *
   * @param name as it is spelt in the document
   * @param fallback what {@link Default} says
   */
  record Key(String name, Shape shape, Optional<String> fallback, String doc, boolean secret) {}

  static Section of(Class<? extends Record> type) {
    return new Section(
        type, Arrays.stream(type.getRecordComponents()).map(c -> key(type, c)).toList());
  }

  private static Key key(Class<?> owner, RecordComponent component) {
    Default fallback = component.getAnnotation(Default.class);
    Doc doc = component.getAnnotation(Doc.class);
    boolean secret = component.isAnnotationPresent(Secret.class);
    String type = component.getGenericType().getTypeName();
    if (secret
        && !List.of("java.lang.String", "java.util.Optional<java.lang.String>").contains(type)) {
      throw new IllegalStateException(
          owner.getSimpleName() + "." + component.getName() + " is @Secret and not text");
    }
    return new Key(
        Words.kebab(component.getName()),
        Shape.of(component.getGenericType()),
        Optional.ofNullable(fallback).map(Default::value),
        doc == null ? "" : doc.value(),
        secret);
  }

  String doc() {
    Doc doc = type.getAnnotation(Doc.class);
    return doc == null ? "" : doc.value();
  }

  List<String> keyNames() {
    return keys.stream().map(Key::name).toList();
  }

  /** Throws what the record's own constructor throws. */
  Record create(Object[] values) {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      Constructor<? extends Record> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException thrown) {
      if (thrown.getCause() instanceof RuntimeException refusal) {
        throw refusal;
      }
      throw new IllegalStateException(type + " cannot be made", thrown);
    } catch (ReflectiveOperationException unreachable) {
      throw new IllegalStateException(type + " cannot be made", unreachable);
    }
  }

  static Object valueOf(RecordComponent component, Record section) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(section);
    } catch (ReflectiveOperationException unreachable) {
      throw new IllegalStateException(component + " cannot be read", unreachable);
    }
  }
}
