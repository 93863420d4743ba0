package dev.hanse.attestation.snp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.Refusal;
import dev.hanse.attestation.Stage;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.policy.Composition;
import dev.hanse.attestation.policy.Rules;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import dev.hanse.attestation.simulated.SimulatedVerifier;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnpRulesTest {
  private static final Instant NOW = SnpForge.NOW;
  private static final GuestRules GUEST = GuestRules.strict();
  private static final MachineRules MACHINE = MachineRules.strict();

  /** From bit 16 on; bit 17 is none. */
  private static final List<GuestPolicy> POLICY_BITS = policyBits();

  private static final Bytes OTHER_48 = Bytes.ofHex("77".repeat(48));

  private final SnpForge forge = SnpForge.vcek(Product.MILAN);

  @Test
  void acceptsAPlainReportByTheStrictProfileAndNamesWhatItAsked() {
    assertThat(judge(forge, SnpRules.strict()).failed).isEmpty();
    assertThat(judge(forge, SnpRules.strict()).names)
        .containsExactly(
            "statement",
            "guest-policy-without-migration-agent",
            "guest-policy-without-debug",
            "vmpl",
            "guest-svn",
            "product-trusted",
            "chip-trusted",
            "report-version",
            "chip-id",
            "tcb-order");
    assertThat(SnpRules.strict().technology()).isEqualTo("sev-snp");
  }

  @Test
  void refusesGuestsThatMayBeDebuggedOrMigrated() {
    refused(forge.put(8, 0x3_001FL | 1 << 19, 8), SnpRules.strict(), Reason.DEBUG_ALLOWED);
    refused(
        forge.put(8, 0x3_001FL | 1 << 18, 8), SnpRules.strict(), Reason.MIGRATION_AGENT_ALLOWED);
  }

  @ParameterizedTest
  @EnumSource
  void forbidsAndRequiresEveryBitOfAGuestsPolicy(GuestPolicy flag) {
    long bit = POLICY_BITS.indexOf(flag) + 16L;
    SnpForge with = SnpForge.vcek(Product.MILAN).put(8, 1L << 17 | 1L << bit, 8);
    SnpForge without = SnpForge.vcek(Product.MILAN).put(8, 0x3FF_0000L & ~(1L << bit), 8);
    SnpRules forbidden = guest(GUEST.withPolicy(Set.of(flag), Set.of()));
    SnpRules required = guest(GUEST.withPolicy(Set.of(), Set.of(flag)));

    assertThat(judge(without, forbidden).failed).isEmpty();
    assertThat(judge(with, required).failed).isEmpty();
    assertThat(judge(without, required).failed).containsExactly(Reason.GUEST_POLICY);
    assertThat(judge(with, forbidden).failed)
        .containsExactly(
            switch (flag) {
              case DEBUG -> Reason.DEBUG_ALLOWED;
              case MIGRATION_AGENT -> Reason.MIGRATION_AGENT_ALLOWED;
              default -> Reason.GUEST_POLICY;
            });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 0xFFFF_FFFFL})
  void refusesReportsThatSomebodyElseInTheGuestOrTheHostAskedFor(long vmpl) {
    forge.put(0x30, vmpl, 4);

    refused(forge, SnpRules.strict(), Reason.VMPL);
    refused(forge, guest(GUEST.withVmpls(Set.of())), Reason.VMPL);
    if (vmpl <= 3) {
      accepted(forge, guest(GUEST.withVmpls(Set.of((int) vmpl))));
    } else {
      refused(forge, guest(GUEST.withVmpls(Set.of(0, 1, 2, 3))), Reason.VMPL);
    }
  }

  @Test
  void refusesMeasurementsHostDataAndKeysThatAreNotListed() {
    Bytes measurement = Bytes.ofHex("90".repeat(48));
    Bytes hostData = Bytes.ofHex("c0".repeat(32));
    Bytes idKey = Bytes.ofHex("e0".repeat(48));

    accepted(forge, guest(GUEST.withMeasurements(Set.of(measurement, OTHER_48))));
    refused(forge, guest(GUEST.withMeasurements(Set.of(OTHER_48))), Reason.MEASUREMENT);
    accepted(forge, guest(GUEST.withHostData(Set.of(hostData))));
    refused(forge, guest(GUEST.withHostData(Set.of(Bytes.copyOf(new byte[32])))), Reason.HOST_DATA);
    accepted(forge, guest(GUEST.withKeys(Set.of(idKey), Set.of())));
    refused(forge, guest(GUEST.withKeys(Set.of(OTHER_48), Set.of())), Reason.ID_KEY_DIGEST);
  }

  @Test
  void takesAnAuthorKeyOnlyWhereTheReportSaysThatThereWasOne() {
    SnpRules rules = guest(GUEST.withKeys(Set.of(), Set.of(OTHER_48)));
    forge.fill(0x110, 48, 0x77);

    refused(forge, rules, Reason.AUTHOR_KEY_DIGEST);
    forge.put(0x48, 1, 4);
    accepted(forge, rules);
    refused(forge.fill(0x110, 1, 0x78), rules, Reason.AUTHOR_KEY_DIGEST);
  }

  @Test
  void refusesOlderImages() {
    accepted(forge, guest(GUEST.withMinimumSvn(7)));
    refused(forge, guest(GUEST.withMinimumSvn(8)), Reason.GUEST_SVN);
    accepted(forge.put(4, 0xFFFF_FFFFL, 4), guest(GUEST.withMinimumSvn(0xFFFF_FFFFL)));
  }

  @Test
  void distrustsAWholeProductLineWhateverItsTcb() {
    SnpRules rules = machine(MACHINE.withDistrust(Set.of(Product.MILAN), Set.of()));

    refused(forge, rules, Reason.DISTRUSTED);
    accepted(SnpForge.vcek(Product.GENOA), rules);
    refused(
        SnpForge.vlek(Product.MILAN),
        machine(MACHINE.withVleks(Set.of()).withDistrust(Set.of(Product.MILAN), Set.of())),
        Reason.DISTRUSTED);
  }

  @Test
  void distrustsOneChipEvenIfItMasksItsId() {
    Bytes milan = Bytes.copyOf(SnpForge.CHIP);
    Bytes turin = Bytes.ofHex("0102030405060708");
    SnpRules rules =
        machine(MACHINE.withDistrust(Set.of(), Set.of(milan, turin)).withMaskedChips(true));

    refused(forge, rules, Reason.DISTRUSTED);
    refused(forge.fill(0x1A0, 64, 0), rules, Reason.DISTRUSTED);
    refused(SnpForge.vcek(Product.TURIN), rules, Reason.DISTRUSTED);
    accepted(SnpForge.vcek(Product.TURIN), machine(MACHINE.withDistrust(Set.of(), Set.of(milan))));
    SnpRules withVlek = machine(MACHINE.withVleks(Set.of()).withDistrust(Set.of(), Set.of(milan)));
    accepted(SnpForge.vlek(Product.MILAN), withVlek);
    SnpForge named = SnpForge.vlek(Product.MILAN);
    System.arraycopy(SnpForge.CHIP, 0, named.report, 0x1A0, 64);
    refused(named, withVlek, Reason.DISTRUSTED);
  }

  @Test
  void refusesMaskedChipsUnlessAllowed() {
    forge.fill(0x1A0, 64, 0);

    refused(forge, SnpRules.strict(), Reason.CHIP_ID_MASKED);
    accepted(forge, machine(MACHINE.withMaskedChips(true)));
  }

  @Test
  void refusesProvidersKeysUnlessAllowed() {
    SnpForge vlek = SnpForge.vlek(Product.MILAN);

    refused(vlek, SnpRules.strict(), Reason.VLEK_NOT_ALLOWED);
    accepted(vlek, machine(MACHINE.withVleks(Set.of())));
    accepted(vlek, machine(MACHINE.withVleks(Set.of("CN=cc-test.example"))));
    refused(vlek, machine(MACHINE.withVleks(Set.of("CN=cc-test"))), Reason.CSP_ID);
  }

  @Test
  void refusesOlderReports() {
    forge.put(0, 3, 4).fill(0x1F8, 16, 0);

    accepted(forge, machine(MACHINE.withMinimumVersion(3)));
    refused(forge, machine(MACHINE.withMinimumVersion(4)), Reason.VERSION);
  }

  @ParameterizedTest
  @EnumSource
  void forbidsAndRequiresEveryFeatureOfAPlatform(PlatformFeature feature) {
    long bit = 1L << List.of(PlatformFeature.values()).indexOf(feature);
    SnpForge with = SnpForge.vcek(Product.TURIN).put(0x40, bit, 8);
    SnpForge without = SnpForge.vcek(Product.TURIN).put(0x40, 0xFF & ~bit, 8);
    SnpRules forbidden = machine(MACHINE.withFeatures(Set.of(feature), Set.of()));
    SnpRules required = machine(MACHINE.withFeatures(Set.of(), Set.of(feature)));

    accepted(with, required);
    accepted(without, forbidden);
    refused(with, forbidden, Reason.PLATFORM_INFO);
    refused(without, required, Reason.PLATFORM_INFO);
  }

  @ParameterizedTest
  @CsvSource({"24", "16", "8", "0"})
  void holdsEveryLevelOfEveryTcbAgainstTheFloor(int shift) {
    long at = 0x40_40_40_40L;
    long below = at - (1L << shift);
    Tcb lowest = Tcb.of(0x40, 0x40, 0x40, 0x40);
    SnpRules both = floors(TcbFloor.of(Product.MILAN, lowest));
    SnpRules reported =
        floors(new TcbFloor(Product.MILAN, lowest, Tcb.ZERO, Tcb.ZERO, Instant.MIN));
    SnpRules committed =
        floors(new TcbFloor(Product.MILAN, Tcb.ZERO, lowest, Tcb.ZERO, Instant.MIN));
    SnpRules launch = floors(new TcbFloor(Product.MILAN, Tcb.ZERO, Tcb.ZERO, lowest, Instant.MIN));
    SnpForge good = SnpForge.vcek(Product.MILAN).tcb(at);
    SnpForge rolledBack =
        SnpForge.vcek(Product.MILAN).tcb(at).tcb(0x180, below).certifiedTcb(below);
    SnpForge canRollBack =
        SnpForge.vcek(Product.MILAN)
            .tcb(at)
            .tcb(0x1E0, below)
            .tcb(0x180, below)
            .certifiedTcb(below);
    SnpForge launchedBefore = SnpForge.vcek(Product.MILAN).tcb(at).tcb(0x1F0, below);

    for (SnpRules rules : List.of(both, reported, committed, launch)) {
      accepted(good, rules);
    }
    refused(rolledBack, both, Reason.TCB_BELOW_FLOOR);
    refused(rolledBack, reported, Reason.TCB_BELOW_FLOOR);
    accepted(rolledBack, committed);
    refused(canRollBack, both, Reason.TCB_BELOW_FLOOR);
    refused(canRollBack, committed, Reason.TCB_BELOW_FLOOR);
    accepted(canRollBack, launch);
    accepted(launchedBefore, both);
    refused(launchedBefore, launch, Reason.TCB_BELOW_FLOOR);
  }

  @Test
  void holdsTurinsFirmwareControllerAgainstTheFloor() {
    SnpForge turin = SnpForge.vcek(Product.TURIN);

    accepted(turin, floors(TcbFloor.of(Product.TURIN, new Tcb(2, 0, 0, 0, 0))));
    refused(
        turin, floors(TcbFloor.of(Product.TURIN, new Tcb(3, 0, 0, 0, 0))), Reason.TCB_BELOW_FLOOR);
  }

  @Test
  void refusesAProductLineWithoutAFloorWhereOthersHaveOne() {
    refused(forge, floors(TcbFloor.of(Product.GENOA, Tcb.ZERO)), Reason.TCB_BELOW_FLOOR);
    accepted(
        forge,
        floors(
            TcbFloor.of(Product.GENOA, new Tcb(0, 255, 255, 255, 255)),
            TcbFloor.of(Product.MILAN, Tcb.ZERO)));
  }

  @Test
  void givesMachinesTimeUntilAFloorIsInForce() {
    Tcb high = Tcb.of(255, 0, 0, 0);
    TcbFloor now = new TcbFloor(Product.MILAN, high, Tcb.ZERO, Tcb.ZERO, NOW);
    TcbFloor later = new TcbFloor(Product.MILAN, high, Tcb.ZERO, Tcb.ZERO, NOW.plusNanos(1));

    refused(forge, floors(now), Reason.TCB_BELOW_FLOOR);
    accepted(forge, floors(later));
    refused(forge, floors(now, later), Reason.TCB_BELOW_FLOOR);
    refused(forge, floors(later, now), Reason.TCB_BELOW_FLOOR);
    refused(forge, floors(now, TcbFloor.of(Product.MILAN, Tcb.ZERO)), Reason.TCB_BELOW_FLOOR);
  }

  @Test
  void refusesVersionsThatDoNotRise() {
    refused(
        SnpForge.vcek(Product.MILAN).tcb(0x1E0, 0x04_00_18_DAL),
        SnpRules.strict(),
        Reason.TCB_ORDER);
    refused(
        SnpForge.vcek(Product.MILAN).tcb(0x38, 0x03_00_18_DBL),
        SnpRules.strict(),
        Reason.TCB_ORDER);
    refused(
        SnpForge.vcek(Product.MILAN).put(0x1EC, 0x01_37_1E, 4),
        SnpRules.strict(),
        Reason.TCB_ORDER);
    accepted(
        SnpForge.vcek(Product.MILAN)
            .tcb(0x1E0, 0x04_00_18_DCL)
            .tcb(0x38, 0x05_00_18_DCL)
            .put(0x1E8, 0x01_37_1E, 4),
        SnpRules.strict());
  }

  @Test
  void refusesWhatItCannotRead() {
    SimulatedPlatform platform = SimulatedPlatform.generate(new SecureRandom());
    Evidence evidence = platform.quote(Bytes.ofHex("50".repeat(64)), "image", NOW);
    Verification verification =
        new SimulatedVerifier(List.of(platform.root())).verify(evidence, NOW);
    Noted noted = new Noted();

    SnpRules.strict().judge(((Verification.Verified) verification).claims(), NOW, noted);

    assertThat(noted.failed).containsExactly(Reason.TYPE);
  }

  @Test
  void standsInAnAppraisalAsAnyTechnologyDoes() {
    AppraisalPolicy policy =
        new AppraisalPolicy(
            "test",
            1,
            Set.of("sev-snp"),
            List.of(SnpRules.strict()),
            Composition.ANY,
            Duration.ofMinutes(2),
            Duration.ofSeconds(30),
            Duration.ofHours(1));
    Appraiser appraiser = new Appraiser(List.of(forge.verifier()), policy);
    Bytes bound = Bytes.ofHex("50".repeat(64));

    Appraisal good = appraiser.appraise(forge.evidence(), bound, NOW);
    Appraisal replayed =
        appraiser.appraise(forge.evidence(), Bytes.ofHex("50".repeat(63) + "51"), NOW);
    Appraisal debug =
        appraiser.appraise(forge.put(8, 0x3_001FL | 1 << 19, 8).evidence(), bound, NOW);

    assertThat(good).isInstanceOf(Appraisal.Accepted.class);
    assertThat(replayed)
        .isInstanceOfSatisfying(
            Appraisal.Refused.class,
            refused ->
                assertThat(refused.refusal()).isInstanceOf(Refusal.ReportDataMismatch.class));
    assertThat(debug)
        .isInstanceOfSatisfying(
            Appraisal.Refused.class,
            refused ->
                assertThat(refused.refusal())
                    .isInstanceOfSatisfying(
                        Refusal.Rejected.class,
                        rejected -> {
                          assertThat(rejected.stage()).isEqualTo(Stage.POLICY);
                          assertThat(rejected.reason()).isEqualTo(Reason.DEBUG_ALLOWED);
                        }));
  }

  @Test
  void refusesRulesThatNoReportCouldMeet() {
    Bytes wrong = Bytes.ofHex("00".repeat(47));

    assertThatThrownBy(() -> GUEST.withMeasurements(Set.of(wrong))).hasMessageContaining("48");
    assertThatThrownBy(() -> GUEST.withHostData(Set.of(wrong))).hasMessageContaining("32");
    assertThatThrownBy(() -> GUEST.withKeys(Set.of(wrong), Set.of())).hasMessageContaining("48");
    assertThatThrownBy(() -> GUEST.withKeys(Set.of(), Set.of(wrong))).hasMessageContaining("48");
    assertThatThrownBy(() -> GUEST.withVmpls(Set.of(4))).hasMessageContaining("VMPL");
    assertThatThrownBy(() -> GUEST.withVmpls(Set.of(-1))).hasMessageContaining("VMPL");
    assertThatThrownBy(() -> GUEST.withMinimumSvn(-1)).hasMessageContaining("SVN");
    assertThatThrownBy(() -> GUEST.withMinimumSvn(1L << 32)).hasMessageContaining("SVN");
    assertThatThrownBy(() -> MACHINE.withMinimumVersion(1)).hasMessageContaining("versions");
    assertThatThrownBy(() -> MACHINE.withMinimumVersion(6)).hasMessageContaining("versions");
    assertThat(MACHINE.withMinimumVersion(2).minimumVersion()).isEqualTo(2);
    assertThat(MACHINE.withMinimumVersion(5).minimumVersion()).isEqualTo(5);
    assertThatThrownBy(() -> MACHINE.withDistrust(Set.of(), Set.of(wrong)))
        .hasMessageContaining("8 or 64");
    assertThatThrownBy(() -> Tcb.of(256, 0, 0, 0)).hasMessageContaining("255");
    assertThatThrownBy(() -> Tcb.of(0, -1, 0, 0)).hasMessageContaining("255");
  }

  @Test
  void keepsWhatItIsNotToldToChange() {
    GuestRules guest =
        new GuestRules(
            Set.of(OTHER_48),
            Set.of(Bytes.ofHex("01".repeat(32))),
            Set.of(Bytes.ofHex("02".repeat(48))),
            Set.of(Bytes.ofHex("03".repeat(48))),
            Set.of(2),
            EnumSet.of(GuestPolicy.CXL),
            EnumSet.of(GuestPolicy.SMT),
            9);
    MachineRules machine =
        new MachineRules(
            4,
            Set.of(Product.MILAN),
            Set.of(Bytes.copyOf(SnpForge.CHIP)),
            true,
            true,
            Set.of("csp"),
            Set.of(PlatformFeature.SMT),
            Set.of(PlatformFeature.ECC),
            List.of(TcbFloor.of(Product.GENOA, Tcb.ZERO)));

    assertThat(guest.withMeasurements(guest.measurements())).isEqualTo(guest);
    assertThat(guest.withHostData(guest.hostData())).isEqualTo(guest);
    assertThat(guest.withKeys(guest.idKeyDigests(), guest.authorKeyDigests())).isEqualTo(guest);
    assertThat(guest.withVmpls(guest.vmpls())).isEqualTo(guest);
    assertThat(guest.withPolicy(guest.forbiddenPolicy(), guest.requiredPolicy())).isEqualTo(guest);
    assertThat(guest.withMinimumSvn(9)).isEqualTo(guest);
    assertThat(machine.withMinimumVersion(4)).isEqualTo(machine);
    assertThat(machine.withDistrust(machine.distrustedProducts(), machine.distrustedChips()))
        .isEqualTo(machine);
    assertThat(machine.withMaskedChips(true)).isEqualTo(machine);
    assertThat(machine.withVleks(machine.cspIds())).isEqualTo(machine);
    assertThat(machine.withFeatures(machine.forbiddenFeatures(), machine.requiredFeatures()))
        .isEqualTo(machine);
    assertThat(machine.withFloors(machine.floors())).isEqualTo(machine);
  }

  private static List<GuestPolicy> policyBits() {
    List<GuestPolicy> bits = new ArrayList<>(List.of(GuestPolicy.values()));
    bits.add(1, GuestPolicy.SMT);
    return List.copyOf(bits);
  }

  private static SnpRules guest(GuestRules guest) {
    return new SnpRules(guest, MACHINE);
  }

  private static SnpRules machine(MachineRules machine) {
    return new SnpRules(GUEST, machine);
  }

  private static SnpRules floors(TcbFloor... floors) {
    return machine(MACHINE.withFloors(List.of(floors)));
  }

  private static void accepted(SnpForge forge, SnpRules rules) {
    assertThat(judge(forge, rules).failed).isEmpty();
  }

  private static void refused(SnpForge forge, SnpRules rules, Reason reason) {
    assertThat(judge(forge, rules).failed).containsExactly(reason);
  }

  private static Noted judge(SnpForge forge, SnpRules rules) {
    Verification verification = forge.verifier().verify(forge.evidence(), NOW);
    SnpForge.accepted(verification);
    VerifiedClaims claims = ((Verification.Verified) verification).claims();
    Noted noted = new Noted();
    rules.judge(claims, NOW, noted);
    return noted;
  }

  /** What was asked, and what failed. */
  private static final class Noted implements Rules.Checks {
    final List<String> names = new ArrayList<>();
    final List<Reason> failed = new ArrayList<>();

    @Override
    public void check(String name, boolean holds, Reason otherwise, String detail) {
      check(name, holds, Stage.POLICY, otherwise, detail);
    }

    @Override
    public void check(String name, boolean holds, Stage stage, Reason otherwise, String detail) {
      names.add(name);
      assertThat(detail).isNotBlank();
      if (!holds) {
        failed.add(otherwise);
      }
    }
  }
}
