package dev.hanse.api.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An amount of bytes, written with its unit: {@code 512B}, {@code 64KiB}, {@code 16MiB}. */
public record ByteSize(long bytes) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,15})(B|KiB|MiB|GiB)");

  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes must not be negative, was " + bytes);
    }
  }

  public static ByteSize parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException("a size looks like 16MiB, was \"" + text + "\"");
    }
    long unit = unitBytes(form.group(2));
    try {
      return new ByteSize(Math.multiplyExact(Long.parseLong(form.group(1)), unit));
    } catch (ArithmeticException overflow) {
      throw new IllegalArgumentException("\"" + text + "\" does not fit 63 bits", overflow);
    }
  }

  /** For interfaces that count bytes in 32 bits; refuses 2 GiB and more. */
  public int toInt() {
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(this + " is too large, at most 2147483647B are possible");
    }
    return (int) bytes;
  }

  private static long unitBytes(String unit) {
    return switch (unit) {
      case "KiB" -> 1L << 10;
      case "MiB" -> 1L << 20;
      case "GiB" -> 1L << 30;
      default -> 1;
    };
  }

  /** In the largest unit that leaves no rest. */
  @Override
  public String toString() {
    for (String unit : new String[] {"GiB", "MiB", "KiB"}) {
      if (bytes > 0 && bytes % unitBytes(unit) == 0) {
        return bytes / unitBytes(unit) + unit;
      }
    }
    return bytes + "B";
  }
}
