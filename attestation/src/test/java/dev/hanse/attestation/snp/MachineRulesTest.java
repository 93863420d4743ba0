package dev.hanse.attestation.snp;

import static dev.hanse.attestation.snp.SnpJudging.accepted;
import static dev.hanse.attestation.snp.SnpJudging.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import dev.hanse.attestation.policy.Check;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MachineRulesTest {
  private static final Instant NOW = SnpForge.NOW;

  private final SnpForge forge = SnpForge.vcek(Product.MILAN);

  @Test
  void distrustsAWholeProductLineWhateverItsTcb() {
    SnpRules rules = machine(strictly().withDistrust(Set.of(Product.MILAN), Set.of()));

    refused(forge, rules, Reason.DISTRUSTED);
    accepted(SnpForge.vcek(Product.GENOA), rules);
    refused(
        SnpForge.vlek(Product.MILAN),
        machine(strictly().withVleks(Set.of()).withDistrust(Set.of(Product.MILAN), Set.of())),
        Reason.DISTRUSTED);
  }

  @Test
  void distrustsOneChipEvenIfItMasksItsId() {
    Bytes milan = Bytes.copyOf(SnpForge.CHIP);
    Bytes turin = Bytes.ofHex("0102030405060708");
    SnpRules rules =
        machine(strictly().withDistrust(Set.of(), Set.of(milan, turin)).withMaskedChips(true));

    refused(forge, rules, Reason.DISTRUSTED);
    refused(forge.fill(0x1A0, 64, 0), rules, Reason.DISTRUSTED);
    refused(SnpForge.vcek(Product.TURIN), rules, Reason.DISTRUSTED);
    accepted(
        SnpForge.vcek(Product.TURIN), machine(strictly().withDistrust(Set.of(), Set.of(milan))));
    SnpRules withVlek =
        machine(strictly().withVleks(Set.of()).withDistrust(Set.of(), Set.of(milan)));
    accepted(SnpForge.vlek(Product.MILAN), withVlek);
    SnpForge named = SnpForge.vlek(Product.MILAN);
    System.arraycopy(SnpForge.CHIP, 0, named.report, 0x1A0, 64);
    refused(named, withVlek, Reason.DISTRUSTED);
  }

  @Test
  void refusesMaskedChipsUnlessAllowed() {
    forge.fill(0x1A0, 64, 0);

    refused(forge, SnpRules.strict(), Reason.CHIP_ID_MASKED);
    accepted(forge, machine(strictly().withMaskedChips(true)));
  }

  @Test
  void refusesProvidersKeysUnlessAllowed() {
    SnpForge vlek = SnpForge.vlek(Product.MILAN);

    refused(vlek, SnpRules.strict(), Reason.VLEK_NOT_ALLOWED);
    accepted(vlek, machine(strictly().withVleks(Set.of())));
    accepted(vlek, machine(strictly().withVleks(Set.of("CN=cc-test.example"))));
    refused(vlek, machine(strictly().withVleks(Set.of("CN=cc-test"))), Reason.CSP_ID);
  }

  @Test
  void refusesOlderReports() {
    forge.put(0, 3, 4).fill(0x1F8, 16, 0);

    accepted(forge, machine(strictly().withMinimumVersion(3)));
    refused(forge, machine(strictly().withMinimumVersion(4)), Reason.VERSION);
  }

  @ParameterizedTest
  @EnumSource
  void forbidsAndRequiresEveryFeatureOfAPlatform(PlatformFeature feature) {
    long bit = 1L << List.of(PlatformFeature.values()).indexOf(feature);
    SnpForge with = SnpForge.vcek(Product.TURIN).put(0x40, bit, 8);
    SnpForge without = SnpForge.vcek(Product.TURIN).put(0x40, 0xFF & ~bit, 8);
    SnpRules forbidden = machine(strictly().withFeatures(Set.of(feature), Set.of()));
    SnpRules required = machine(strictly().withFeatures(Set.of(), Set.of(feature)));

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
  void refusesRulesThatNoMachineCouldMeet() {
    impossible(strictly().withMinimumVersion(1), "versions");
    impossible(strictly().withMinimumVersion(6), "versions");
    assertThat(strictly().withMinimumVersion(2).rules().minimumVersion()).isEqualTo(2);
    assertThat(strictly().withMinimumVersion(5).rules().minimumVersion()).isEqualTo(5);
    impossible(strictly().withDistrust(Set.of(), Set.of(Bytes.ofHex("00".repeat(47)))), "8 or 64");
    assertThatThrownBy(() -> Tcb.of(256, 0, 0, 0)).hasMessageContaining("255");
    assertThatThrownBy(() -> Tcb.of(0, -1, 0, 0)).hasMessageContaining("255");
  }

  @Test
  void saysOfALineWithoutAFloorThatItHasNone() {
    assertThat(SnpJudging.judge(forge, floors(TcbFloor.of(Product.GENOA, Tcb.ZERO))).checks())
        .extracting(Check::detail)
        .contains("there is no floor for Milan");
    assertThat(
            SnpJudging.judge(forge, floors(TcbFloor.of(Product.MILAN, Tcb.of(255, 0, 0, 0))))
                .checks())
        .extracting(Check::detail)
        .anyMatch(detail -> detail.startsWith("TCB reported (fmc 0, boot loader 4"));
  }

  /** The strict profile, one wish after the other changed. */
  private static final class Draft {
    private int minimumVersion = 2;
    private Set<Product> products = Set.of();
    private Set<Bytes> chips = Set.of();
    private boolean allowMaskedChip;
    private boolean allowVlek;
    private Set<String> cspIds = Set.of();
    private Set<PlatformFeature> forbidden = Set.of();
    private Set<PlatformFeature> required = Set.of();
    private List<TcbFloor> floors = List.of();

    Draft withMinimumVersion(int lowest) {
      minimumVersion = lowest;
      return this;
    }

    Draft withDistrust(Set<Product> distrustedProducts, Set<Bytes> distrustedChips) {
      products = distrustedProducts;
      chips = distrustedChips;
      return this;
    }

    Draft withMaskedChips(boolean allowed) {
      allowMaskedChip = allowed;
      return this;
    }

    Draft withVleks(Set<String> ofProviders) {
      allowVlek = true;
      cspIds = ofProviders;
      return this;
    }

    Draft withFeatures(Set<PlatformFeature> without, Set<PlatformFeature> with) {
      forbidden = without;
      required = with;
      return this;
    }

    Draft withFloors(List<TcbFloor> all) {
      floors = all;
      return this;
    }

    MachineRules rules() {
      return new MachineRules(
          minimumVersion,
          products,
          chips,
          allowMaskedChip,
          allowVlek,
          cspIds,
          forbidden,
          required,
          floors);
    }
  }

  private static Draft strictly() {
    return new Draft();
  }

  private static SnpRules machine(Draft draft) {
    return new SnpRules(GuestRules.strict(), draft.rules());
  }

  private static SnpRules floors(TcbFloor... floors) {
    return machine(strictly().withFloors(List.of(floors)));
  }

  private static void impossible(Draft draft, String why) {
    assertThatThrownBy(draft::rules)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
