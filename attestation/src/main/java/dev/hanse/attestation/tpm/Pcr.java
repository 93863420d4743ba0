package dev.hanse.attestation.tpm;

import java.util.Comparator;

/**
 * One register of one bank.
 *
 * @param index 0 to {@value #LAST}
 */
public record Pcr(TpmHash bank, int index) implements Comparable<Pcr> {
  /** PC Client TPMs have 24. */
  public static final int LAST = 23;

  private static final Comparator<Pcr> ORDER =
      Comparator.comparing(Pcr::bank).thenComparingInt(Pcr::index);

  public Pcr {
    if (index < 0 || index > LAST) {
      throw new IllegalArgumentException("a PCR's index is 0 to " + LAST + ", was " + index);
    }
  }

  @Override
  public int compareTo(Pcr other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return bank.bank() + ":" + index;
  }
}
