package dev.hanse.attestation;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The highest number seen of each vendor's series of collateral, below which it is not believed
 * again: an old list is genuine for as long as it says it is, and does not know what was revoked
 * since.
 *
 * <p>Verifiers ask it last, after signature and time held, so that nothing but the vendor raises a
 * floor. Floors never sink; how they outlive the process is for whoever reads {@link #all} and
 * gives it to {@link #remember}. Any thread; no I/O.
 */
public final class RollbackFloors {
  /**
   * How many series are followed: more than vendors have families of processors and authorities of
   * TPMs. What would be one more is refused; no attester can make a series.
   */
  public static final int LIMIT = 4096;

  private final Consumer<String> complaints;
  private final Map<CollateralStore.Id, BigInteger> floors = new HashMap<>();
  private final Map<CollateralStore.Id, String> complained = new HashMap<>();
  private long revision;

  /** Tells nobody what it refused, but for the refusal. */
  public RollbackFloors() {
    this(complaint -> {});
  }

  /**
   * Knows of nothing yet.
   *
   * @param complaints told once of each piece of collateral that is below its floor: a sentence
   *     with its series, number and floor
   */
  public RollbackFloors(Consumer<String> complaints) {
    this.complaints = complaints;
  }

  /** Raises floors to what an earlier process saw. */
  public synchronized void remember(Map<CollateralStore.Id, BigInteger> seen) {
    seen.forEach(this::raise);
  }

  /**
   * Takes one piece of collateral, as {@link #admit(Map)} does.
   *
   * @param number empty where it has none
   */
  public void admit(CollateralStore.Id series, Optional<BigInteger> number) throws Rejection {
    admit(Map.of(series, number));
  }

  /**
   * Takes pieces of collateral that belong together and of which everything else held: all of them,
   * which raises their floors, or none. What has no number has no floor either, and is refused
   * where there is one already.
   *
   * @throws Rejection with {@code ROLLBACK}, naming series, number and floor
   */
  public void admit(Map<CollateralStore.Id, Optional<BigInteger>> numbers) throws Rejection {
    String complaint = "";
    boolean isNews = false;
    synchronized (this) {
      for (Map.Entry<CollateralStore.Id, Optional<BigInteger>> one : numbers.entrySet()) {
        complaint = complaint(one.getKey(), one.getValue());
        if (!complaint.isEmpty()) {
          if (complained.size() >= LIMIT) {
            complained.clear();
          }
          isNews = !complaint.equals(complained.put(one.getKey(), complaint));
          break;
        }
      }
      if (complaint.isEmpty()) {
        numbers.forEach((series, number) -> number.ifPresent(seen -> raise(series, seen)));
        complained.keySet().removeAll(numbers.keySet());
      }
    }
    if (isNews) {
      complaints.accept(complaint);
    }
    Rejection.unless(complaint.isEmpty(), Stage.COLLATERAL, Reason.ROLLBACK, complaint);
  }

  /** What speaks against a number; empty if nothing does. */
  private String complaint(CollateralStore.Id series, Optional<BigInteger> number) {
    BigInteger floor = floors.get(series);
    if (floor == null) {
      return number.isEmpty() || floors.size() < LIMIT
          ? ""
          : name(series) + " is one more than the " + LIMIT + " series that are followed";
    }
    if (number.isEmpty()) {
      return name(series) + " has no number, number " + floor + " was seen before";
    }
    return number.get().compareTo(floor) >= 0
        ? ""
        : name(series) + " is number " + number.get() + ", number " + floor + " was seen before";
  }

  private static String name(CollateralStore.Id series) {
    return series.kind() + " " + series.key();
  }

  private void raise(CollateralStore.Id series, BigInteger number) {
    BigInteger floor = floors.get(series);
    if (floor == null || number.compareTo(floor) > 0) {
      floors.put(series, number);
      revision++;
    }
  }

  /** Every floor, by its series. */
  public synchronized Map<CollateralStore.Id, BigInteger> all() {
    return Map.copyOf(floors);
  }

  /** Rises whenever a floor did. */
  public synchronized long revision() {
    return revision;
  }
}
