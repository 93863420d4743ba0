package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.rejected;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TcbStatusTest {
  @ParameterizedTest
  @EnumSource
  void isReadByIntelsWordUnlessItIsNoneOfALevels(TcbStatus status) throws Rejection {
    assertThat(TcbStatus.named(status.published())).contains(status);
    if (status.published().startsWith("TDRelaunch")) {
      rejected(
          () -> TcbStatus.ofLevel(status.published()),
          Stage.ENDORSEMENT,
          Reason.TCB_STATUS_UNKNOWN);
    } else {
      assertThat(TcbStatus.ofLevel(status.published())).isEqualTo(status);
    }
  }

  @Test
  void refusesAnyOtherWord() {
    assertThat(TcbStatus.named("uptodate")).isEmpty();
    rejected(() -> TcbStatus.ofLevel(""), Stage.ENDORSEMENT, Reason.TCB_STATUS_UNKNOWN);
  }

  @ParameterizedTest
  @CsvSource({
    "UP_TO_DATE, UP_TO_DATE, UP_TO_DATE",
    "UP_TO_DATE, SW_HARDENING_NEEDED, SW_HARDENING_NEEDED",
    "UP_TO_DATE, CONFIGURATION_NEEDED, CONFIGURATION_NEEDED",
    "SW_HARDENING_NEEDED, CONFIGURATION_NEEDED, CONFIGURATION_AND_SW_HARDENING_NEEDED",
    "UP_TO_DATE, OUT_OF_DATE, OUT_OF_DATE",
    "SW_HARDENING_NEEDED, OUT_OF_DATE, OUT_OF_DATE",
    "CONFIGURATION_NEEDED, OUT_OF_DATE, OUT_OF_DATE_CONFIGURATION_NEEDED",
    "UP_TO_DATE, TD_RELAUNCH_ADVISED, TD_RELAUNCH_ADVISED",
    "CONFIGURATION_NEEDED, TD_RELAUNCH_ADVISED, TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED",
    "TD_RELAUNCH_ADVISED, OUT_OF_DATE, OUT_OF_DATE",
    "OUT_OF_DATE_CONFIGURATION_NEEDED, REVOKED, REVOKED",
    "UP_TO_DATE, REVOKED, REVOKED"
  })
  void twoAreWorthWhatTheWorseIs(TcbStatus one, TcbStatus other, TcbStatus both) {
    assertThat(one.and(other)).isEqualTo(both);
    assertThat(other.and(one)).isEqualTo(both);
  }

  @ParameterizedTest
  @CsvSource({
    "OUT_OF_DATE, UP_TO_DATE",
    "OUT_OF_DATE_CONFIGURATION_NEEDED, CONFIGURATION_NEEDED",
    "SW_HARDENING_NEEDED, SW_HARDENING_NEEDED"
  })
  void tellsWhatItWouldBeBroughtUpToDate(TcbStatus status, TcbStatus current) {
    assertThat(status.current()).isEqualTo(current);
  }
}
