package dev.hanse.node.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.AttestationSummary;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a request's node must have proved. */
class AttestationDemandTest {
  private static final AttestationSummary SNP =
      new AttestationSummary(
          "sev-snp", AttestationLevel.TEE, Instant.EPOCH, Instant.EPOCH.plusSeconds(60));

  @Test
  void takesTheStrongerOfTwoLevels() {
    AttestationDemand tpm = AttestationDemand.atLeast(AttestationLevel.TPM);
    AttestationDemand tee = AttestationDemand.atLeast(AttestationLevel.TEE);

    assertThat(tpm.and(tee)).isEqualTo(tee);
    assertThat(tee.and(tpm)).isEqualTo(tee);
    assertThat(AttestationDemand.NONE.and(tpm)).isEqualTo(tpm);
    assertThat(tpm.and(AttestationDemand.NONE)).isEqualTo(tpm);
  }

  @Test
  void takesWhatTwoListsHaveInCommon() {
    AttestationDemand two = AttestationDemand.by(Set.of("sev-snp", "intel-tdx"));
    AttestationDemand one = AttestationDemand.by(Set.of("intel-tdx", "tpm2"));

    assertThat(two.and(one)).isEqualTo(AttestationDemand.by(Set.of("intel-tdx")));
    assertThat(two.and(AttestationDemand.NONE)).isEqualTo(two);
    assertThat(AttestationDemand.NONE.and(two)).isEqualTo(two);
  }

  @Test
  void nobodyMeetsListsWithNothingInCommon() {
    AttestationDemand demand =
        AttestationDemand.by(Set.of("sev-snp")).and(AttestationDemand.by(Set.of("intel-tdx")));

    assertThat(demand.technologies()).isEqualTo(Optional.of(Set.of()));
    assertThat(demand.isTechnologyMetBy(SNP)).isFalse();
  }

  @Test
  void isMetByTheLevelItselfAndByTheTechnologyNamed() {
    assertThat(AttestationDemand.NONE.isLevelMetBy(SNP)).isTrue();
    assertThat(AttestationDemand.NONE.isTechnologyMetBy(SNP)).isTrue();
    assertThat(AttestationDemand.atLeast(AttestationLevel.TEE).isLevelMetBy(SNP)).isTrue();
    assertThat(AttestationDemand.by(Set.of("sev-snp")).isTechnologyMetBy(SNP)).isTrue();
    assertThat(AttestationDemand.by(Set.of("intel-tdx")).isTechnologyMetBy(SNP)).isFalse();
  }

  @Test
  void refusesATechnologyThatWouldExcludeEveryNode() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AttestationDemand.by(Set.of("sgx")))
        .withMessage(
            "sgx is none of aws-nitro, azure-snp-vtpm, azure-tdx-vtpm, intel-tdx, sev-snp,"
                + " simulated, tpm2");
  }

  @Test
  void aLongNameDoesNotHideWhichAreKnown() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AttestationDemand.requireKnown("x".repeat(33)))
        .withMessageStartingWith("x".repeat(32) + "… is none of")
        .withMessageEndingWith("tpm2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AttestationDemand.requireKnown("x".repeat(32)))
        .withMessageStartingWith("x".repeat(32) + " is none of");
  }
}
