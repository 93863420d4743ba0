package dev.hanse.api.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a {@code String} or {@code Optional<String>} that nobody may read off a screen: it is never
 * echoed in an error or a template, and its record must mask it, {@code return Masked.text(this)}.
 * A record that does not is refused when it is read.
 *
 * <p>The value may stand elsewhere: {@code file:/run/secrets/token} (its content, without the line
 * end) or {@code env:NAME}.
 */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Secret {}
