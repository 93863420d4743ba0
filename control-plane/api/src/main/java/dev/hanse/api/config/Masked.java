package dev.hanse.api.config;

import java.lang.reflect.RecordComponent;
import java.util.Optional;
import java.util.StringJoiner;

/** Prints records that hold secrets. */
public final class Masked {
  private Masked() {}

  /** As a record prints itself, with {@code ***} for what is a {@link Secret} and set. */
  public static String text(Record section) {
    StringJoiner text = new StringJoiner(", ", section.getClass().getSimpleName() + "[", "]");
    for (RecordComponent component : section.getClass().getRecordComponents()) {
      Object value = Section.valueOf(component, section);
      boolean hidden =
          component.isAnnotationPresent(Secret.class)
              && !value.equals("")
              && !value.equals(Optional.empty());
      text.add(component.getName() + "=" + (hidden ? "***" : value));
    }
    return text.toString();
  }
}
