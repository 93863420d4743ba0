package dev.hanse.api.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Guesses what was meant. */
final class Nearest {
  private Nearest() {}

  /** The candidate that is fewest typing mistakes away, if that is few enough to be a mistake. */
  static Optional<String> to(String typed, Collection<String> candidates) {
    int tolerated = Math.max(1, typed.length() / 3);
    return candidates.stream()
        .min(Comparator.comparingInt(candidate -> mistakes(typed, candidate)))
        .filter(candidate -> mistakes(typed, candidate) <= tolerated);
  }

  /**
   * How many letters must be inserted, left out, replaced or swapped with their neighbour.
   *
   * <p>The restricted Damerau–Levenshtein distance (Damerau, "A technique for computer detection
   * and correction of spelling errors", CACM 7(3), 1964).
   */
  static int mistakes(String one, String two) {
    int[] beforeLast = new int[two.length() + 1];
    int[] last = new int[two.length() + 1];
    for (int j = 0; j <= two.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int[] row = new int[two.length() + 1];
      row[0] = i;
      for (int j = 1; j <= two.length(); j++) {
        int replaced = last[j - 1] + (one.charAt(i - 1) == two.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(last[j], row[j - 1]));
        boolean swapped =
            i > 1
                && j > 1
                && one.charAt(i - 1) == two.charAt(j - 2)
                && one.charAt(i - 2) == two.charAt(j - 1);
        if (swapped) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
      beforeLast = last;
      last = row;
    }
    return last[two.length()];
  }
}
