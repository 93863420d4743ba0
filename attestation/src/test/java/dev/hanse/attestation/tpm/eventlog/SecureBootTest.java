package dev.hanse.attestation.tpm.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.tpm.TpmHash;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SecureBootTest {
  private static final long VENDORS_OWN = 0x800000F0L;
  private static final Bytes ON = variable("01");
  private static final Bytes OFF = variable("00");
  private static final Bytes HANDED_OVER = Bytes.copyOf(new byte[4]);

  @Test
  void isReadOffTheRegisterTheFirmwareMeasuresItInto() {
    EventLog log = log(event(1, EventLog.VARIABLE_DRIVER_CONFIG, ON), event(1, EventLog.SEPARATOR));

    assertThat(SecureBoot.of(log, 1)).isEqualTo(SecureBoot.ON);
    assertThat(SecureBoot.of(log, 2)).isEqualTo(SecureBoot.UNKNOWN);
    assertThat(SecureBoot.of(log)).isEqualTo(SecureBoot.UNKNOWN);
  }

  @Test
  void isNotWhatIsMeasuredAfterTheFirmwareHandedOver() {
    EventLog log = log(event(7, EventLog.SEPARATOR), event(7, EventLog.VARIABLE_DRIVER_CONFIG, ON));

    assertThat(SecureBoot.of(log)).isEqualTo(SecureBoot.UNKNOWN);
  }

  @Test
  void isNotHiddenByCallingWhatWasMeasuredSomethingElse() {
    // Off, and handed over; then the system extends "on" and writes a log that renames the rest.
    EventLog log =
        log(
            event(7, VENDORS_OWN, OFF),
            event(7, VENDORS_OWN),
            event(7, EventLog.VARIABLE_DRIVER_CONFIG, ON));

    assertThat(SecureBoot.of(log)).isEqualTo(SecureBoot.UNKNOWN);
  }

  @Test
  void isNotCutShortByANoteThatExtendedNothing() {
    EventLog log =
        log(event(7, EventLog.NO_ACTION), event(7, EventLog.VARIABLE_DRIVER_CONFIG, OFF));

    assertThat(SecureBoot.of(log)).isEqualTo(SecureBoot.OFF);
  }

  @Test
  void isUnknownWhereItIsSaidTwiceWithDifferentAnswers() {
    EventLog log =
        log(
            event(7, EventLog.VARIABLE_DRIVER_CONFIG, OFF),
            event(7, EventLog.VARIABLE_DRIVER_CONFIG, ON));

    assertThat(SecureBoot.of(log)).isEqualTo(SecureBoot.UNKNOWN);
    assertThat(
            SecureBoot.of(
                log(
                    event(7, EventLog.VARIABLE_DRIVER_CONFIG, ON),
                    event(7, EventLog.VARIABLE_DRIVER_CONFIG, ON))))
        .isEqualTo(SecureBoot.ON);
  }

  private static EventLog log(LoggedEvent... events) {
    return new EventLog(true, List.of(TpmHash.SHA256), 0, List.of(events));
  }

  private static LoggedEvent event(int register, long type) {
    return event(register, type, HANDED_OVER);
  }

  private static LoggedEvent event(int register, long type, Bytes data) {
    return new LoggedEvent(register, type, Map.of(TpmHash.SHA256, data.sha256()), data);
  }

  private static Bytes variable(String value) {
    return Bytes.ofHex(
        "61dfe48bca93d211aa0d00e098032b8c"
            + "0a00000000000000"
            + "0100000000000000"
            + "5300650063007500720065004200"
            + "6f006f007400"
            + value);
  }
}
