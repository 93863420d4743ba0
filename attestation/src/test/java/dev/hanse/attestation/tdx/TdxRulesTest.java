package dev.hanse.attestation.tdx;

import static dev.hanse.attestation.tdx.Refusals.claims;
import static dev.hanse.attestation.tdx.Refusals.statement;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.policy.Rules;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TdxRulesTest {
  private static final TdxRules STRICT = TdxRules.strict();
  private static final Bytes OTHER = Bytes.ofHex("99".repeat(48));

  private final TdxForge forge = new TdxForge();

  @Test
  void strictRulesTakeAGoodQuoteAndNameEveryCheck() {
    List<String> names = new ArrayList<>();

    TdxRules strict = TdxRules.strict();
    strict.judge(claims(forge.verify()), TdxForge.AT, new Taking(names, new ArrayList<>()));

    assertThat(strict.technology()).isEqualTo("intel-tdx");
    assertThat(names)
        .containsExactly(
            "statement",
            "tcb-evaluation",
            "tcb-status",
            "qe-tcb",
            "advisories",
            "debug",
            "td-attributes",
            "service-td");
    assertThat(failed(STRICT, forge)).isEmpty();
    assertThat(failed(STRICT, TdxForge.later())).isEmpty();
  }

  @Test
  void refuseAStatementOfAnotherTechnology() {
    List<String> failed = new ArrayList<>();
    dev.hanse.attestation.VerifiedClaims other = Others.claims();

    STRICT.judge(other, TdxForge.AT, new Taking(new ArrayList<>(), failed));

    assertThat(failed).containsExactly("POLICY TYPE");
  }

  @Test
  void refuseDebug() {
    assertThat(failed(STRICT, forge.body(120, "0100001000000000")))
        .containsExactly("POLICY DEBUG", "POLICY TD_ATTRIBUTES");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 16, 26, 29, 32, 61, 62})
  void refuseAnyOtherAttributeThatIsNotPermitted(int bit) {
    assertThat(failed(STRICT, withAttributes(1L << bit))).containsExactly("POLICY TD_ATTRIBUTES");
  }

  @ParameterizedTest
  @ValueSource(ints = {27, 28, 30, 31, 63})
  void takeAttributesThatAreHarmless(int bit) {
    assertThat(failed(STRICT, withAttributes(1L << bit))).isEmpty();
  }

  @Test
  void takeDebugWhereAnOperatorPermitsIt() {
    TdxRules lax = withAttributes(TdxRules.HARMLESS_ATTRIBUTES | TdAttributes.DEBUG, 0);

    assertThat(failed(lax, withAttributes(TdAttributes.DEBUG))).isEmpty();
    assertThat(failed(lax, withAttributes(2))).containsExactly("POLICY TD_ATTRIBUTES");
  }

  /** A passed check affirms that there is none, in the token too. */
  @Test
  void nameNoCheckOfDebugPassedWhereADomainMayBeDebugged() {
    TdxRules lax = withAttributes(TdxRules.HARMLESS_ATTRIBUTES | TdAttributes.DEBUG, 0);

    assertThat(names(lax, withAttributes(TdAttributes.DEBUG))).doesNotContain("debug");
    assertThat(names(lax, withAttributes(0))).contains("debug");
  }

  @Test
  void refuseADomainWithoutAnAttributeThatIsRequired() {
    long both = TdAttributes.SEPT_VE_DISABLE | TdAttributes.PKS;
    TdxRules rules = withAttributes(TdxRules.HARMLESS_ATTRIBUTES, both);

    assertThat(failed(rules, withAttributes(both))).isEmpty();
    assertThat(failed(rules, withAttributes(TdAttributes.PKS)))
        .containsExactly("POLICY TD_ATTRIBUTES");
    assertThat(failed(rules, withAttributes(0))).containsExactly("POLICY TD_ATTRIBUTES");
  }

  @ParameterizedTest
  @EnumSource
  void refuseAFieldWithAnotherValueOrNone(TdxField field) {
    TdxForge later = TdxForge.later();
    Bytes value = field.of(statement(later.verify())).orElseThrow();

    assertThat(failed(allowing(field, Set.of(value, OTHER)), later)).isEmpty();
    assertThat(failed(allowing(field, Set.of(OTHER)), later))
        .containsExactly("POLICY " + field.mismatch());
  }

  @Test
  void refuseAFieldThatTheQuoteDoesNotHave() {
    assertThat(failed(allowing(TdxField.MRSERVICETD, Set.of(OTHER)), forge))
        .containsExactly("POLICY MIGRATION_AGENT_ALLOWED");
  }

  @ParameterizedTest
  @CsvSource({
    "MRTD, MEASUREMENT, a0",
    "RTMR0, MEASUREMENT, a4",
    "RTMR1, MEASUREMENT, a5",
    "RTMR2, MEASUREMENT, a6",
    "RTMR3, MEASUREMENT, a7",
    "MRSEAM, MEASUREMENT, 5e",
    "MRCONFIGID, HOST_DATA, a1",
    "MROWNER, HOST_DATA, a2",
    "MROWNERCONFIG, HOST_DATA, a3"
  })
  void readEachRegisterWhereItStands(TdxField field, Reason mismatch, String octet) {
    assertThat(field.of(statement(forge.verify()))).contains(Bytes.ofHex(octet.repeat(48)));
    assertThat(field.mismatch()).isEqualTo(mismatch);
  }

  @ParameterizedTest
  @CsvSource({
    "XFAM, GUEST_POLICY, e700000000000000",
    "FMSPC, FMSPC, b0c06f000000",
    "PPID, CHIP_ID_MISMATCH, 11111111111111111111111111111111",
    "PLATFORM_INSTANCE, CHIP_ID_MISMATCH, 66666666666666666666666666666666"
  })
  void readWhatElseMayBeCompared(TdxField field, Reason mismatch, String hex) {
    assertThat(field.of(statement(forge.verify()))).contains(Bytes.ofHex(hex));
    assertThat(field.mismatch()).isEqualTo(mismatch);
  }

  @ParameterizedTest
  @EnumSource(names = {"FMSPC", "PPID", "PLATFORM_INSTANCE", "MRSEAM", "MRTD"})
  void refuseWhatIsDistrusted(TdxField field) {
    Bytes value = field.of(statement(forge.verify())).orElseThrow();

    assertThat(failed(distrusting(field, value), forge)).containsExactly("POLICY DISTRUSTED");
    assertThat(failed(distrusting(field, OTHER), forge)).isEmpty();
    assertThat(failed(distrusting(TdxField.MRSERVICETD, OTHER), forge)).isEmpty();
  }

  @Test
  void refuseADomainThatAServiceDomainIsBoundTo() {
    TdxForge bound = TdxForge.later().body(600, "99".repeat(48));

    assertThat(failed(STRICT, bound)).containsExactly("POLICY MIGRATION_AGENT_ALLOWED");
    assertThat(failed(allowing(TdxField.MRSERVICETD, Set.of(OTHER)), bound)).isEmpty();
  }

  @Test
  void refuseCollateralBelowTheFloor() {
    assertThat(failed(withFloor(18), forge)).isEmpty();
    assertThat(failed(withFloor(19), forge)).containsExactly("COLLATERAL ROLLBACK");
    assertThat(failed(withFloor(18), new TdxForge().qeId("Number\":18", "Number\":17")))
        .containsExactly("COLLATERAL ROLLBACK");
  }

  @Test
  void refuseAStatusThatIsNotAllowed() {
    forge.pceSvn = 12;
    TdxForge enclave = new TdxForge().qe(258, "03");

    assertThat(failed(STRICT, forge)).containsExactly("ENDORSEMENT TCB_STATUS");
    assertThat(failed(STRICT, enclave)).containsExactly("ENDORSEMENT QE_TCB");
    TdxRules lax = taking(Set.of(TcbStatus.UP_TO_DATE, TcbStatus.OUT_OF_DATE), Duration.ZERO);
    assertThat(failed(lax, forge)).isEmpty();
    assertThat(failed(lax, enclave)).isEmpty();
  }

  @Test
  void takeAnOutdatedLevelForAsLongAsItsGrace() {
    forge.pceSvn = 12;
    Duration age = Duration.between(Instant.parse("2024-01-01T00:00:00Z"), TdxForge.AT);

    assertThat(failed(taking(Set.of(TcbStatus.UP_TO_DATE), age), forge)).isEmpty();
    assertThat(failed(taking(Set.of(TcbStatus.UP_TO_DATE), age.minusMillis(1)), forge))
        .containsExactly("ENDORSEMENT TCB_STATUS");
    assertThat(failed(taking(Set.of(TcbStatus.SW_HARDENING_NEEDED), age), forge))
        .containsExactly("ENDORSEMENT TCB_STATUS", "ENDORSEMENT QE_TCB");
  }

  @Test
  void withoutGraceTakeNoOutdatedLevelHoweverYoung() {
    forge.pceSvn = 12;
    forge.tcb("2024-01-01", "2027-01-01");

    assertThat(failed(STRICT, forge)).containsExactly("ENDORSEMENT TCB_STATUS");
  }

  @Test
  void graceIsForWhatIsOutOfDateOnly() {
    String date = "\"tcbDate\":\"2025-01-01T00:00:00Z\",\"tcbStatus\":\"";
    forge.tcb(date + "UpToDate", date + "SWHardeningNeeded");

    assertThat(failed(taking(Set.of(TcbStatus.UP_TO_DATE), Duration.ofDays(10_000)), forge))
        .containsExactly("ENDORSEMENT TCB_STATUS");
  }

  @Test
  void refuseAnOpenAdvisoryThatIsRefused() {
    forge.pceSvn = 12;
    Set<TcbStatus> both = Set.of(TcbStatus.UP_TO_DATE, TcbStatus.OUT_OF_DATE);

    assertThat(failed(refusing(both, "INTEL-SA-01099"), forge))
        .containsExactly("ENDORSEMENT DISTRUSTED");
    assertThat(failed(refusing(both, "INTEL-SA-01192"), forge)).isEmpty();
  }

  @Test
  void areNeverBuiltSoThatTheyMeanNothing() {
    assertThatThrownBy(() -> taking(Set.of(), Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> taking(Set.of(TcbStatus.REVOKED), Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> taking(STRICT.tcbStatuses(), Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> withFloor(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> allowing(TdxField.MRTD, Set.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> withAttributes(2, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> withAttributes(1L << 7, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> withAttributes(0, 1L << 8))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(withAttributes(1L << 8, 1L << 8).requiredAttributes()).isEqualTo(1L << 8);
    assertThat(withFloor(0).minTcbEvaluation()).hasValue(0);
  }

  private TdxForge withAttributes(long attributes) {
    return forge.body(120, "%016x".formatted(Long.reverseBytes(attributes)));
  }

  private static TdxRules withAttributes(long permitted, long required) {
    return new TdxRules(
        STRICT.tcbStatuses(),
        Duration.ZERO,
        Set.of(),
        OptionalInt.empty(),
        Map.of(),
        Map.of(),
        permitted,
        required,
        false,
        false);
  }

  private static TdxRules withFloor(int floor) {
    return rules(
        STRICT.tcbStatuses(), Duration.ZERO, Set.of(), OptionalInt.of(floor), Map.of(), Map.of());
  }

  private static TdxRules allowing(TdxField field, Set<Bytes> values) {
    return rules(
        STRICT.tcbStatuses(),
        Duration.ZERO,
        Set.of(),
        OptionalInt.empty(),
        Map.of(field, values),
        Map.of());
  }

  private static TdxRules distrusting(TdxField field, Bytes value) {
    return rules(
        STRICT.tcbStatuses(),
        Duration.ZERO,
        Set.of(),
        OptionalInt.empty(),
        Map.of(),
        Map.of(field, Set.of(value)));
  }

  private static TdxRules taking(Set<TcbStatus> statuses, Duration grace) {
    return rules(statuses, grace, Set.of(), OptionalInt.empty(), Map.of(), Map.of());
  }

  private static TdxRules refusing(Set<TcbStatus> statuses, String advisory) {
    return rules(
        statuses, Duration.ZERO, Set.of(advisory), OptionalInt.empty(), Map.of(), Map.of());
  }

  private static TdxRules rules(
      Set<TcbStatus> statuses,
      Duration grace,
      Set<String> advisories,
      OptionalInt floor,
      Map<TdxField, Set<Bytes>> allowed,
      Map<TdxField, Set<Bytes>> distrusted) {
    return new TdxRules(
        statuses,
        grace,
        advisories,
        floor,
        allowed,
        distrusted,
        STRICT.permittedAttributes(),
        STRICT.requiredAttributes(),
        STRICT.requireEventLog(),
        STRICT.requireSecureBoot());
  }

  private static List<String> names(TdxRules rules, TdxForge forge) {
    List<String> names = new ArrayList<>();
    rules.judge(claims(forge.verify()), TdxForge.AT, new Taking(names, new ArrayList<>()));
    return names;
  }

  private static List<String> failed(TdxRules rules, TdxForge forge) {
    List<String> failed = new ArrayList<>();
    rules.judge(claims(forge.verify()), TdxForge.AT, new Taking(new ArrayList<>(), failed));
    return failed;
  }

  private record Taking(List<String> names, List<String> failed) implements Rules.Checks {
    @Override
    public void check(String name, boolean holds, Reason otherwise, String detail) {
      check(name, holds, Stage.POLICY, otherwise, detail);
    }

    @Override
    public void check(String name, boolean holds, Stage stage, Reason otherwise, String detail) {
      names.add(name);
      if (!holds) {
        assertThat(detail).isNotBlank();
        failed.add(stage + " " + otherwise);
      }
    }
  }
}
