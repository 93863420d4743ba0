package dev.hanse.attestation.tdx;

import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import java.util.Optional;

/**
 * What Intel says of a set of security versions. Names are Intel's; the two about relaunch are not
 * published for a level but follow from two of them ({@link TcbEvaluation}).
 */
public enum TcbStatus {
  UP_TO_DATE("UpToDate", Age.CURRENT, false, false),
  SW_HARDENING_NEEDED("SWHardeningNeeded", Age.CURRENT, false, true),
  CONFIGURATION_NEEDED("ConfigurationNeeded", Age.CURRENT, true, false),
  CONFIGURATION_AND_SW_HARDENING_NEEDED(
      "ConfigurationAndSWHardeningNeeded", Age.CURRENT, true, true),
  TD_RELAUNCH_ADVISED("TDRelaunchAdvised", Age.RELAUNCH, false, false),
  TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED(
      "TDRelaunchAdvisedConfigurationNeeded", Age.RELAUNCH, true, false),
  OUT_OF_DATE("OutOfDate", Age.OUT_OF_DATE, false, false),
  OUT_OF_DATE_CONFIGURATION_NEEDED("OutOfDateConfigurationNeeded", Age.OUT_OF_DATE, true, false),
  REVOKED("Revoked", Age.REVOKED, false, false);

  private enum Age {
    CURRENT,
    RELAUNCH,
    OUT_OF_DATE,
    REVOKED
  }

  private final String published;
  private final Age age;
  private final boolean configuration;
  private final boolean hardening;

  TcbStatus(String published, Age age, boolean configuration, boolean hardening) {
    this.published = published;
    this.age = age;
    this.configuration = configuration;
    this.hardening = hardening;
  }

  /** Intel's word. */
  public String published() {
    return published;
  }

  /** By Intel's word, the two about relaunch included. */
  public static Optional<TcbStatus> named(String published) {
    for (TcbStatus status : values()) {
      if (status.published.equals(published)) {
        return Optional.of(status);
      }
    }
    return Optional.empty();
  }

  /**
   * Reads a level's status.
   *
   * @throws Rejection with {@code TCB_STATUS_UNKNOWN}: a word we do not know may mean anything
   */
  static TcbStatus ofLevel(String published) throws Rejection {
    Optional<TcbStatus> status = named(published).filter(known -> known.age != Age.RELAUNCH);
    if (status.isEmpty()) {
      throw new Rejection(
          Stage.ENDORSEMENT, Reason.TCB_STATUS_UNKNOWN, "a TCB level has an unknown status");
    }
    return status.get();
  }

  boolean outOfDate() {
    return age == Age.OUT_OF_DATE;
  }

  /** Both at once: the older age, and whatever either needs. */
  TcbStatus and(TcbStatus other) {
    return of(
        age.compareTo(other.age) >= 0 ? age : other.age,
        configuration || other.configuration,
        hardening || other.hardening);
  }

  /** What it would be if nothing were out of date. */
  TcbStatus current() {
    return of(Age.CURRENT, configuration, hardening);
  }

  /** What it would be if only a relaunch were missing. */
  TcbStatus relaunchAdvised() {
    return of(Age.RELAUNCH, configuration, hardening);
  }

  private static TcbStatus of(Age age, boolean configuration, boolean hardening) {
    return switch (age) {
      case CURRENT ->
          configuration
              ? hardening ? CONFIGURATION_AND_SW_HARDENING_NEEDED : CONFIGURATION_NEEDED
              : hardening ? SW_HARDENING_NEEDED : UP_TO_DATE;
      case RELAUNCH ->
          configuration ? TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED : TD_RELAUNCH_ADVISED;
      case OUT_OF_DATE -> configuration ? OUT_OF_DATE_CONFIGURATION_NEEDED : OUT_OF_DATE;
      case REVOKED -> REVOKED;
    };
  }
}
