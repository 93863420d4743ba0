package dev.hanse.attestation.snp;

import static dev.hanse.attestation.snp.SnpJudging.accepted;
import static dev.hanse.attestation.snp.SnpJudging.refused;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GuestRulesTest {
  /** From bit 16 on; bit 17 is none. */
  private static final List<GuestPolicy> POLICY_BITS = policyBits();

  private static final Bytes OTHER_48 = Bytes.ofHex("77".repeat(48));

  private final SnpForge forge = SnpForge.vcek(Product.MILAN);

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
    SnpRules forbidden = guest(strictly().withPolicy(Set.of(flag), Set.of()));
    SnpRules required = guest(strictly().withPolicy(Set.of(), Set.of(flag)));

    accepted(without, forbidden);
    accepted(with, required);
    refused(without, required, Reason.GUEST_POLICY);
    refused(
        with,
        forbidden,
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
    refused(forge, guest(strictly().withVmpls(Set.of())), Reason.VMPL);
    if (vmpl <= 3) {
      accepted(forge, guest(strictly().withVmpls(Set.of((int) vmpl))));
    } else {
      refused(forge, guest(strictly().withVmpls(Set.of(0, 1, 2, 3))), Reason.VMPL);
    }
  }

  @Test
  void refusesMeasurementsHostDataAndKeysThatAreNotListed() {
    Bytes measurement = Bytes.ofHex("90".repeat(48));
    Bytes hostData = Bytes.ofHex("c0".repeat(32));
    Bytes idKey = Bytes.ofHex("e0".repeat(48));

    accepted(forge, guest(strictly().withMeasurements(Set.of(measurement, OTHER_48))));
    refused(forge, guest(strictly().withMeasurements(Set.of(OTHER_48))), Reason.MEASUREMENT);
    accepted(forge, guest(strictly().withHostData(Set.of(hostData))));
    refused(
        forge,
        guest(strictly().withHostData(Set.of(Bytes.copyOf(new byte[32])))),
        Reason.HOST_DATA);
    accepted(forge, guest(strictly().withKeys(Set.of(idKey), Set.of())));
    refused(forge, guest(strictly().withKeys(Set.of(OTHER_48), Set.of())), Reason.ID_KEY_DIGEST);
  }

  @Test
  void takesAnAuthorKeyOnlyWhereTheReportSaysThatThereWasOne() {
    SnpRules rules = guest(strictly().withKeys(Set.of(), Set.of(OTHER_48)));
    forge.fill(0x110, 48, 0x77);

    refused(forge, rules, Reason.AUTHOR_KEY_DIGEST);
    forge.put(0x48, 1, 4);
    accepted(forge, rules);
    refused(forge.fill(0x110, 1, 0x78), rules, Reason.AUTHOR_KEY_DIGEST);
  }

  @Test
  void refusesOlderImages() {
    accepted(forge, guest(strictly().withMinimumSvn(7)));
    refused(forge, guest(strictly().withMinimumSvn(8)), Reason.GUEST_SVN);
    accepted(forge.put(4, 0xFFFF_FFFFL, 4), guest(strictly().withMinimumSvn(0xFFFF_FFFFL)));
  }

  @Test
  void refusesRulesThatNoGuestCouldMeet() {
    Bytes wrong = Bytes.ofHex("00".repeat(47));

    impossible(strictly().withMeasurements(Set.of(wrong)), "48");
    impossible(strictly().withHostData(Set.of(wrong)), "32");
    impossible(strictly().withKeys(Set.of(wrong), Set.of()), "48");
    impossible(strictly().withKeys(Set.of(), Set.of(wrong)), "48");
    impossible(strictly().withVmpls(Set.of(4)), "VMPL");
    impossible(strictly().withVmpls(Set.of(-1)), "VMPL");
    impossible(strictly().withMinimumSvn(-1), "SVN");
    impossible(strictly().withMinimumSvn(1L << 32), "SVN");
  }

  /** The strict profile, one wish after the other changed. */
  private static final class Draft {
    private Set<Bytes> measurements = Set.of();
    private Set<Bytes> hostData = Set.of();
    private Set<Bytes> idKeys = Set.of();
    private Set<Bytes> authorKeys = Set.of();
    private Set<Integer> vmpls = GuestRules.strict().vmpls();
    private Set<GuestPolicy> forbidden = GuestRules.strict().forbiddenPolicy();
    private Set<GuestPolicy> required = Set.of();
    private long minimumSvn;

    Draft withMeasurements(Set<Bytes> accepted) {
      measurements = accepted;
      return this;
    }

    Draft withHostData(Set<Bytes> accepted) {
      hostData = accepted;
      return this;
    }

    Draft withKeys(Set<Bytes> ofIds, Set<Bytes> ofAuthors) {
      idKeys = ofIds;
      authorKeys = ofAuthors;
      return this;
    }

    Draft withVmpls(Set<Integer> accepted) {
      vmpls = accepted;
      return this;
    }

    Draft withPolicy(Set<GuestPolicy> without, Set<GuestPolicy> with) {
      forbidden = without;
      required = with;
      return this;
    }

    Draft withMinimumSvn(long lowest) {
      minimumSvn = lowest;
      return this;
    }

    GuestRules rules() {
      return new GuestRules(
          measurements, hostData, idKeys, authorKeys, vmpls, forbidden, required, minimumSvn);
    }
  }

  private static List<GuestPolicy> policyBits() {
    List<GuestPolicy> bits = new ArrayList<>(List.of(GuestPolicy.values()));
    bits.add(1, GuestPolicy.SMT);
    return List.copyOf(bits);
  }

  private static Draft strictly() {
    return new Draft();
  }

  private static SnpRules guest(Draft draft) {
    return new SnpRules(draft.rules(), MachineRules.strict());
  }

  private static void impossible(Draft draft, String why) {
    assertThatThrownBy(draft::rules)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
