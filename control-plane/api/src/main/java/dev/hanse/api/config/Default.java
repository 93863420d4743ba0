package dev.hanse.api.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a key is worth when nobody sets it, as it would stand in the document: {@code 8080}, {@code
 * 500ms}, {@code [chat, completion]}.
 *
 * <p>Without it a key is required, except that a missing list or map is empty, a missing {@code
 * Optional} is absent, and a missing section consists of its own defaults.
 */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Default {
  String value();
}
