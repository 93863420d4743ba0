package dev.hanse.api.config;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How names and durations are spelt in a document. */
final class Words {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");
  private static final Map<String, Long> UNIT_MILLIS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

  private Words() {}

  /** {@code maxBody} is spelt {@code max-body}. */
  static String kebab(String camel) {
    return camel.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }

  /** {@code NOT_YET} is spelt {@code not-yet}. */
  static String constant(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** {@code edge.max-body} may be set by {@code HANSE_EDGE_MAX_BODY}. */
  static String variable(String path) {
    return "HANSE_" + path.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }

  static Duration duration(String text) {
    Matcher form = DURATION.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException("not a duration");
    }
    long unitMillis = UNIT_MILLIS.getOrDefault(form.group(2), 1L);
    return Duration.ofMillis(Math.multiplyExact(Long.parseLong(form.group(1)), unitMillis));
  }
}
