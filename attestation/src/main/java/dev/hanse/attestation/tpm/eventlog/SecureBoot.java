package dev.hanse.attestation.tpm.eventlog;

import static java.nio.charset.StandardCharsets.UTF_16LE;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Rejection;
import java.util.List;
import java.util.Optional;

/** What a log says about UEFI Secure Boot: worth as much as the replay of the register it is in. */
public enum SecureBoot {
  ON,
  OFF,
  /** Not said, said twice with different answers, or only once the firmware had handed over. */
  UNKNOWN;

  /** The register of a TPM that holds what boot was allowed by. */
  public static final int PCR = 7;

  /** EFI_GLOBAL_VARIABLE 8be4df61-93ca-11d2-aa0d-00e098032b8c, as it stands in memory. */
  private static final Bytes GLOBAL = Bytes.ofHex("61dfe48bca93d211aa0d00e098032b8c");

  private static final String NAME = "SecureBoot";

  /** What is measured as a separator (PC Client Platform Firmware Profile 1.05, 10.4.1). */
  private static final Bytes HANDED_OVER = Bytes.copyOf(new byte[4]);

  /** Reads it off a TPM's log. */
  public static SecureBoot of(EventLog log) {
    return of(log, PCR);
  }

  /**
   * Reads it off a log: the firmware's measurement of the variable before the separator. One that
   * comes after was extended by someone who could as well be the operating system. Types are not
   * measured, so a separator is known by its digest, whatever the log calls it.
   *
   * @param register that the firmware measures the variable into
   */
  public static SecureBoot of(EventLog log, int register) {
    Optional<SecureBoot> found = Optional.empty();
    for (LoggedEvent event : log.events()) {
      if (event.pcr() != register || event.isNote()) {
        continue;
      }
      if (event.type() == EventLog.SEPARATOR || event.measures(HANDED_OVER)) {
        break;
      }
      Optional<SecureBoot> said = said(event);
      if (said.isPresent()) {
        if (found.isPresent() && !found.equals(said)) {
          return UNKNOWN;
        }
        found = said;
      }
    }
    return found.orElse(UNKNOWN);
  }

  private static Optional<SecureBoot> said(LoggedEvent event) {
    if (event.type() != EventLog.VARIABLE_DRIVER_CONFIG) {
      return Optional.empty();
    }
    try {
      ByteReader in = new ByteReader(event.data());
      Bytes vendor = in.bytes(GLOBAL.size(), "vendor");
      long nameCharacters = in.u64Le("name length");
      long valueBytes = in.u64Le("value length");
      if (!vendor.equals(GLOBAL) || nameCharacters != NAME.length()) {
        return Optional.empty();
      }
      Bytes name = in.bytes(2L * NAME.length(), "name");
      if (!new String(name.toArray(), UTF_16LE).equals(NAME)) {
        return Optional.empty();
      }
      Bytes value = in.bytes(valueBytes, "value");
      in.end("the variable");
      return Optional.of(meant(value));
    } catch (Rejection malformed) {
      return Optional.of(UNKNOWN);
    }
  }

  private static SecureBoot meant(Bytes value) {
    if (List.of(1).equals(numbers(value))) {
      return ON;
    }
    // A variable that does not exist is measured without a value.
    return value.size() == 0 || List.of(0).equals(numbers(value)) ? OFF : UNKNOWN;
  }

  private static List<Integer> numbers(Bytes value) {
    byte[] content = value.toArray();
    return content.length == 1 ? List.of((int) content[0]) : List.of();
  }
}
