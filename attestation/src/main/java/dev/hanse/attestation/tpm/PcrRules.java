package dev.hanse.attestation.tpm;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.policy.Rules;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which registers a quote must be over, and what they may hold.
 *
 * @param bank the only one that may be quoted
 * @param required indexes that must be quoted, whatever they hold
 * @param reference by index, what each may hold; every one of them must be quoted
 */
public record PcrRules(TpmHash bank, Set<Integer> required, Map<Integer, Set<Bytes>> reference) {
  /**
   * The SHA-256 bank with PCR 0 to 7, whatever they hold: firmware, its configuration and what boot
   * was allowed by.
   */
  public static final PcrRules FIRMWARE =
      new PcrRules(TpmHash.SHA256, Set.of(0, 1, 2, 3, 4, 5, 6, 7), Map.of());

  public PcrRules {
    required = Set.copyOf(required);
    Map<Integer, Set<Bytes>> copy = new TreeMap<>();
    reference.forEach((index, values) -> copy.put(index, Set.copyOf(values)));
    reference = Collections.unmodifiableMap(copy);
    if (bank == TpmHash.SHA1) {
      throw new IllegalArgumentException("nothing may rest on the SHA-1 bank");
    }
    for (int index : both(required, reference.keySet())) {
      new Pcr(bank, index);
    }
    reference.forEach((index, values) -> {
      if (values.isEmpty() || values.stream().anyMatch(value -> value.size() != bank.bytes())) {
        throw new IllegalArgumentException(
            "reference values of PCR " + index + " are digests of " + bank + ", at least one");
      }
    });
  }

  public PcrRules withRequired(Set<Integer> indexes) {
    return new PcrRules(bank, indexes, reference);
  }

  public PcrRules withReference(Map<Integer, Set<Bytes>> values) {
    return new PcrRules(bank, required, values);
  }

  /** Whether a quote is over this bank alone, and over all that counts. */
  void judgeCoverage(TpmStatement statement, Rules.Checks checks) {
    checks.check(
        "pcr-bank",
        statement.quote().selections().stream().allMatch(any -> any.bank() == bank),
        Reason.PCR_BANK,
        "quoted are " + statement.quote().selections() + ", wanted is " + bank.bank() + " alone");
    Set<Integer> missing = both(required, reference.keySet());
    missing.removeIf(index -> statement.pcrs().containsKey(new Pcr(bank, index)));
    checks.check(
        "pcr-quoted",
        missing.isEmpty(),
        Reason.PCR_NOT_QUOTED,
        "PCRs " + missing + " of " + bank.bank() + " have not been quoted");
  }

  /** Whether registers hold what they may. */
  void judgeValues(TpmStatement statement, Rules.Checks checks) {
    reference.forEach((index, allowed) -> {
      Bytes value = statement.pcrs().get(new Pcr(bank, index));
      checks.check(
          "pcr-" + index,
          value != null && allowed.contains(value),
          Reason.MEASUREMENT,
          "PCR " + index + " holds " + value + ", which is none of " + allowed.size() + " allowed");
    });
  }

  private static SortedSet<Integer> both(Set<Integer> one, Set<Integer> other) {
    SortedSet<Integer> both = new TreeSet<>(one);
    both.addAll(other);
    return both;
  }
}
