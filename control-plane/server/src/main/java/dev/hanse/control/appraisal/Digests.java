package dev.hanse.control.appraisal;

import dev.hanse.attestation.Bytes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Digests as operators write them: hexadecimal, either case. */
final class Digests {
  private Digests() {}

  /**
   * Reads them.
   *
   * @param key what to blame, as the file spells it
   * @throws IllegalArgumentException if one is not hexadecimal
   */
  static Set<Bytes> of(String key, List<String> hex) {
    return hex.stream().map(one -> of(key, one)).collect(Collectors.toUnmodifiableSet());
  }

  /** The same by index, such as a register's. */
  static Map<Integer, Set<Bytes>> byIndex(String key, Map<Integer, List<String>> hex) {
    Map<Integer, Set<Bytes>> digests = new HashMap<>();
    hex.forEach((index, values) -> digests.put(index, of(key, values)));
    return digests;
  }

  private static Bytes of(String key, String hex) {
    try {
      return Bytes.ofHex(hex);
    } catch (IllegalArgumentException notHex) {
      throw new IllegalArgumentException(key + " must be hexadecimal, was " + hex, notHex);
    }
  }
}
