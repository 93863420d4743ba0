package dev.hanse.attestation.nvidia;

import java.util.regex.Pattern;

/** Compares versions as drivers and VBIOSes have them: numbers between dots. */
final class Versions {
  private static final int HEX = 16;
  private static final int DECIMAL = 10;

  private static final Pattern DRIVER = Pattern.compile("\\d{1,6}(\\.\\d{1,6}){1,3}");
  private static final Pattern VBIOS = Pattern.compile("[0-9A-F]{2}(\\.[0-9A-F]{2}){4}");

  private Versions() {}

  static String requireDriver(String version) {
    return require(DRIVER, version);
  }

  static String requireVbios(String version) {
    return require(VBIOS, version);
  }

  static boolean driverAtLeast(String version, String floor) {
    return compare(version, floor, DECIMAL) >= 0;
  }

  static boolean vbiosAtLeast(String version, String floor) {
    return compare(version, floor, HEX) >= 0;
  }

  /** What one lacks counts as zero. */
  private static int compare(String one, String other, int radix) {
    String[] left = one.split("\\.", -1);
    String[] right = other.split("\\.", -1);
    for (int i = 0; i < Math.max(left.length, right.length); i++) {
      int difference = Integer.compare(part(left, i, radix), part(right, i, radix));
      if (difference != 0) {
        return difference;
      }
    }
    return 0;
  }

  private static int part(String[] parts, int at, int radix) {
    return at < parts.length ? Integer.parseInt(parts[at], radix) : 0;
  }

  private static String require(Pattern form, String version) {
    if (!form.matcher(version).matches()) {
      throw new IllegalArgumentException("a version must be like " + form + ", was " + version);
    }
    return version;
  }
}
