package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.rejected;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.tpm.TpmHash;
import dev.hanse.attestation.tpm.eventlog.EventLog;
import dev.hanse.attestation.tpm.eventlog.SecureBoot;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CcelTest {
  private static final Bytes ZERO = Bytes.copyOf(new byte[48]);
  private static final Bytes DIGEST = Bytes.ofHex("d1".repeat(48));
  private static final Bytes NOTHING = Bytes.copyOf(new byte[0]);

  private final ForgedCcel booted = ForgedCcel.booted(true);

  @Test
  void countsRegistersFromOneAndStartsThemAtZero() throws Rejection {
    byte[] both = new byte[96];
    System.arraycopy(DIGEST.toArray(), 0, both, 48, 48);
    Bytes extended = TpmHash.SHA384.of(Bytes.copyOf(both));

    assertThat(read(new ForgedCcel()).rtmrs()).containsExactly(ZERO, ZERO, ZERO, ZERO);
    assertThat(read(event(1)).rtmrs()).containsExactly(extended, ZERO, ZERO, ZERO);
    assertThat(read(event(4)).rtmrs()).containsExactly(ZERO, ZERO, ZERO, extended);
  }

  @Test
  void refusesRegistersThatAreNoRtmr() throws Rejection {
    rejected(() -> read(event(0)), Stage.PARSE, Reason.INDEX);
    rejected(() -> read(event(5)), Stage.PARSE, Reason.INDEX);
    ForgedCcel noted = new ForgedCcel().logged(0, EventLog.NO_ACTION, ZERO, NOTHING);
    assertThat(read(noted).log().events()).hasSize(1);
  }

  @Test
  void refusesAnotherBankOrOneMore() {
    Bytes sha256 = Bytes.copyOf(ForgedCcel.spec(0x0B, 32));
    Bytes both = Bytes.copyOf(ForgedCcel.spec(0x0B, 32, 0x0C, 48));

    rejected(() -> Ccel.read(sha256), Stage.PARSE, Reason.PCR_BANK);
    rejected(() -> Ccel.read(both), Stage.PARSE, Reason.PCR_BANK);
  }

  @Test
  void refusesALogOfSha1Alone() {
    byte[] legacy = new byte[32];
    legacy[0] = 1;
    legacy[4] = 4;

    rejected(() -> Ccel.read(Bytes.copyOf(legacy)), Stage.PARSE, Reason.PCR_BANK);
  }

  @Test
  void refusesALogCutAtAnyByteButBetweenEvents() throws Rejection {
    byte[] log = booted.toBytes().toArray();
    int read = 0;
    for (int length = 0; length < log.length; length++) {
      try {
        Ccel.read(Bytes.copyOf(Arrays.copyOf(log, length)));
        read++;
      } catch (Rejection cut) {
        assertThat(cut.refusal().stage()).isEqualTo(Stage.PARSE);
      }
    }

    assertThat(read).as("no event, and one to five of the six").isEqualTo(6);
  }

  @Test
  void refusesALogOverItsSizeWhichIsWithinThatOfCollateral() {
    Bytes over = Bytes.copyOf(new byte[EventLog.LIMIT_BYTES + 1]);

    rejected(() -> Ccel.read(over), Stage.PARSE, Reason.LENGTH);
    assertThat(EventLog.LIMIT_BYTES).isLessThan(Evidence.COLLATERAL_LIMIT_BYTES);
  }

  @Test
  void explainsTheRegistersThatHoldWhatItLeadsTo() throws Rejection {
    assertThat(read(booted).explained(report(booted))).containsExactly(0, 1, 2, 3);
    assertThat(read(booted).unexplained(report(booted))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void mustExplainEveryRegisterOfTheBoot(int rtmr) throws Rejection {
    Ccel log = read(booted);
    TdReport extended = report(booted.extend(rtmr, DIGEST));

    assertThat(log.unexplained(extended)).containsExactly(rtmr);
    assertThat(log.explained(extended)).hasSize(3).doesNotContain(rtmr);
    assertThat(log.secureBoot(extended)).isEqualTo(SecureBoot.UNKNOWN);
  }

  @Test
  void mustExplainABootRegisterItHasNoEventOf() throws Rejection {
    Ccel empty = read(new ForgedCcel());

    assertThat(empty.unexplained(report(booted))).containsExactly(0, 1, 2);
    assertThat(empty.unexplained(report(new ForgedCcel()))).isEmpty();
  }

  @Test
  void needNotExplainWhatTheRunningSystemExtended() throws Rejection {
    Ccel log = read(booted);
    TdReport running = report(booted.extend(3, DIGEST));

    assertThat(log.unexplained(running)).isEmpty();
    assertThat(log.explained(running)).containsExactly(0, 1, 2);
    assertThat(log.secureBoot(running)).isEqualTo(SecureBoot.ON);
  }

  @Test
  void mustExplainTheRunningSystemsRegisterIfItHasEventsOfIt() throws Rejection {
    Ccel log = read(booted.measured(4, ForgedCcel.IPL, "container"));

    assertThat(log.unexplained(report(booted))).isEmpty();
    assertThat(log.explained(report(booted))).containsExactly(0, 1, 2, 3);
    assertThat(log.unexplained(report(booted.extend(3, DIGEST)))).containsExactly(3);
  }

  @Test
  void aNoteAboutARegisterIsNoEventOfIt() throws Rejection {
    Ccel log = read(booted.logged(4, EventLog.NO_ACTION, ZERO, NOTHING));

    assertThat(log.unexplained(report(booted.extend(3, DIGEST)))).isEmpty();
  }

  @Test
  void findsTheEventThatSaysSomethingElseThanItMeasured() throws Rejection {
    booted.measured(4, EventLog.EFI_ACTION, DIGEST, NOTHING);

    assertThat(read(booted).firstLie())
        .hasValueSatisfying(lie -> assertThat(lie.pcr()).isEqualTo(4));
    assertThat(read(booted).secureBoot(report(booted))).isEqualTo(SecureBoot.UNKNOWN);
    assertThat(read(ForgedCcel.booted(true)).firstLie()).isEmpty();
  }

  @Test
  void showsSecureBootAsTheFirmwareMeasuredIt() throws Rejection {
    ForgedCcel off = ForgedCcel.booted(false);

    assertThat(read(booted).secureBoot(report(booted))).isEqualTo(SecureBoot.ON);
    assertThat(read(off).secureBoot(report(off))).isEqualTo(SecureBoot.OFF);
  }

  @Test
  void isCutOutOfTheMemorySetAsideForIt() throws Rejection {
    Bytes log = booted.toBytes();

    for (int octet : new int[] {0x00, 0xFF}) {
      for (int room : new int[] {0, 1, 7, 65536}) {
        assertThat(Ccel.within(padded(log, room, octet))).isEqualTo(log);
      }
    }
  }

  @Test
  void keepsTheEndOfAnEventThatLooksLikePadding() throws Rejection {
    Bytes log = booted.measured(3, ForgedCcel.IPL, Bytes.ofHex("ffff")).toBytes();

    assertThat(Ccel.within(padded(log, 100, 0xFF))).isEqualTo(log);
  }

  @Test
  void isNotCutOutOfMemoryThatHoldsMoreOrNoLog() {
    Bytes log = booted.toBytes();
    byte[] more = padded(log, 100, 0xFF).toArray();
    more[more.length - 1] = 0x7F;
    byte[] digests = padded(booted.toBytes(), 100, 0x02).toArray();

    rejected(() -> Ccel.within(Bytes.copyOf(more)), Stage.PARSE, Reason.LENGTH);
    rejected(() -> Ccel.within(Bytes.copyOf(digests)), Stage.PARSE, Reason.LENGTH);
    rejected(() -> Ccel.within(NOTHING), Stage.PARSE, Reason.LENGTH);
    rejected(() -> Ccel.within(padded(NOTHING, 100, 0xFF)), Stage.PARSE, Reason.LENGTH);
    rejected(() -> Ccel.within(padded(NOTHING, 100, 0x00)), Stage.PARSE, Reason.PCR_BANK);
  }

  private static ForgedCcel event(int register) {
    return new ForgedCcel().logged(register, ForgedCcel.IPL, DIGEST, NOTHING);
  }

  private static Ccel read(ForgedCcel forged) throws Rejection {
    return Ccel.read(forged.toBytes());
  }

  private static TdReport report(ForgedCcel forged) throws Rejection {
    return TdxQuote.parse(forged.forge().quote()).report();
  }

  private static Bytes padded(Bytes log, int room, int octet) {
    byte[] memory = Arrays.copyOf(log.toArray(), log.size() + room);
    Arrays.fill(memory, log.size(), memory.length, (byte) octet);
    return Bytes.copyOf(memory);
  }
}
