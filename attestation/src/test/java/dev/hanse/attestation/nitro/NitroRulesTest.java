package dev.hanse.attestation.nitro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.hostile.Outcome;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.policy.Check;
import dev.hanse.attestation.policy.CheckList;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import dev.hanse.attestation.simulated.SimulatedVerifier;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NitroRulesTest {
  private static final NitroForge FORGE = new NitroForge();
  private static final Bytes ZERO = NitroForge.filled(48, 0);
  private static final Bytes ONE = NitroForge.filled(48, 1);
  private static final Bytes TWO = NitroForge.filled(48, 2);

  @Test
  void strictTakesAnyImageThatIsNotInDebugMode() {
    assertThat(judged(NitroRules.strict(), Map.of(0, ONE, 1, TWO, 2, ONE))).isEqualTo(Outcome.OK);
  }

  /** Invariant 10: debug mode shows as zeros; what is missing vouches for nothing. */
  @Test
  void refusesDebugMode() {
    assertThat(judged(NitroRules.strict(), Map.of(0, ZERO, 1, ZERO, 2, ZERO)))
        .isEqualTo("POLICY DEBUG");
    assertThat(judged(NitroRules.strict(), Map.of(0, ZERO, 2, ZERO, 3, ONE)))
        .isEqualTo("POLICY DEBUG");
    assertThat(judged(NitroRules.strict(), Map.of(3, ONE))).isEqualTo("POLICY DEBUG");
    for (int index = 0; index < 3; index++) {
      Map<Integer, Bytes> pcrs = new HashMap<>(Map.of(0, ZERO, 1, ZERO, 2, ZERO));
      pcrs.put(index, ONE);
      assertThat(judged(NitroRules.strict(), pcrs)).isEqualTo(Outcome.OK);
    }
    assertThat(
            judged(NitroRules.strict().withDebugAllowed(true), Map.of(0, ZERO, 1, ZERO, 2, ZERO)))
        .isEqualTo(Outcome.OK);
  }

  /** A passed check affirms that there is none, in the token too. */
  @Test
  void namesNoCheckOfDebugModePassedWhereAnEnclaveIsInIt() {
    NitroRules lax = NitroRules.strict().withDebugAllowed(true);

    assertThat(checked(lax, Map.of(0, ZERO, 1, ZERO, 2, ZERO))).doesNotContain("debug");
    assertThat(checked(lax, Map.of(0, ONE, 1, TWO, 2, ONE))).contains("debug");
  }

  @Test
  void tellsDebugModeAndTheFirstRegistersEvenIfTheyAreZero() {
    assertThat(claims(Map.of(0, ZERO, 1, ZERO, 2, ZERO, 3, ZERO)).measurements())
        .containsEntry("debug", "true")
        .containsEntry("pcr2", "00".repeat(48))
        .doesNotContainKey("pcr3");
  }

  /** Invariant 11: a register that is missing does not count as a match. */
  @Test
  void refusesMeasurementsThatAreNotAllowed() {
    NitroRules rules = NitroRules.strict().withPcrs(Map.of(0, Set.of(ONE, TWO), 4, Set.of(ONE)));

    assertThat(judged(rules, Map.of(0, ONE, 4, ONE))).isEqualTo(Outcome.OK);
    assertThat(judged(rules, Map.of(0, TWO, 4, ONE))).isEqualTo(Outcome.OK);
    assertThat(judged(rules, Map.of(0, ONE, 4, TWO))).isEqualTo("POLICY MEASUREMENT");
    assertThat(judged(rules, Map.of(0, ONE))).isEqualTo("POLICY MEASUREMENT");
    assertThat(judged(rules, Map.of(1, ONE, 4, ONE))).isEqualTo("POLICY MEASUREMENT");
    assertThat(judged(NitroRules.strict().withPcrs(Map.of(0, Set.of())), Map.of(0, ONE)))
        .isEqualTo("POLICY MEASUREMENT");
  }

  @Test
  void refusesEnclavesOfADistrustedInstance() {
    assertThat(
            judged(NitroRules.strict().withDistrustedInstances(Set.of("i-0123")), Map.of(0, ONE)))
        .isEqualTo("POLICY DISTRUSTED");
    assertThat(judged(NitroRules.strict().withDistrustedInstances(Set.of("i-012")), Map.of(0, ONE)))
        .isEqualTo(Outcome.OK);
    NitroRules bare = NitroRules.strict().withDistrustedInstances(Set.of("bare", ""));
    assertThat(Outcome.of(checks -> bare.judge(named("bare"), NitroForge.NOW, checks)))
        .isEqualTo("POLICY DISTRUSTED");
    assertThat(Outcome.of(checks -> bare.judge(named("-enc1"), NitroForge.NOW, checks)))
        .isEqualTo("POLICY DISTRUSTED");
  }

  /** Rules of one technology say nothing of another's claims: so they refuse them. */
  @Test
  void refusesClaimsOfAnotherTechnology() {
    SimulatedPlatform platform = SimulatedPlatform.generate(new SecureRandom());
    Bytes reportData = NitroForge.filled(64, 1);
    Evidence evidence = platform.quote(reportData, "image", NitroForge.NOW);
    Verification verification =
        new SimulatedVerifier(List.of(platform.root())).verify(evidence, NitroForge.NOW);
    VerifiedClaims claims = ((Verification.Verified) verification).claims();

    assertThat(Outcome.of(checks -> NitroRules.strict().judge(claims, NitroForge.NOW, checks)))
        .isEqualTo("POLICY TYPE");
    assertThat(NitroRules.strict().technology()).isEqualTo("aws-nitro");
  }

  @Test
  void knowsRegisters0To31() {
    assertThat(NitroRules.strict().withPcrs(Map.of(0, Set.of(), 31, Set.of())).pcrs()).hasSize(2);
    assertThatThrownBy(() -> NitroRules.strict().withPcrs(Map.of(32, Set.of())))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> NitroRules.strict().withPcrs(Map.of(-1, Set.of())))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void isAppraisedAgainstTheExchange() {
    AppraisalPolicy open = AppraisalPolicy.allowing(Set.of("aws-nitro"));
    AppraisalPolicy policy =
        new AppraisalPolicy(
            "p",
            1,
            open.technologies(),
            List.of(NitroRules.strict()),
            open.composition(),
            open.maxAge(),
            open.clockSkew(),
            open.resultLife());
    Appraiser appraiser = new Appraiser(List.of(FORGE.verifier), policy);

    assertThat(appraised(appraiser, NitroForge.REPORT_DATA, NitroForge.NOW)).isEqualTo("OK");
    assertThat(appraised(appraiser, NitroForge.filled(64, 1), NitroForge.NOW))
        .isEqualTo("report-data-mismatch");
    assertThat(appraised(appraiser, NitroForge.REPORT_DATA, NitroForge.MADE.plusSeconds(121)))
        .isEqualTo("evidence-expired");
    assertThat(appraised(appraiser, NitroForge.REPORT_DATA, NitroForge.MADE.minusSeconds(31)))
        .isEqualTo("evidence-from-future");
  }

  private static String appraised(Appraiser appraiser, Bytes reportData, Instant at) {
    return switch (appraiser.appraise(NitroForge.evidence(FORGE.good()), reportData, at)) {
      case Appraisal.Accepted _ -> "OK";
      case Appraisal.Refused(var refusal, var _) -> refusal.code();
    };
  }

  private static VerifiedClaims named(String moduleId) {
    return verified(FORGE.with("module_id", Cbor.text(moduleId)));
  }

  private static String judged(NitroRules rules, Map<Integer, Bytes> pcrs) {
    VerifiedClaims claims = claims(pcrs);
    return Outcome.of(checks -> rules.judge(claims, NitroForge.NOW, checks));
  }

  private static List<String> checked(NitroRules rules, Map<Integer, Bytes> pcrs) {
    CheckList checks = new CheckList();
    rules.judge(claims(pcrs), NitroForge.NOW, checks);
    return checks.checks().stream().map(Check::name).toList();
  }

  private static VerifiedClaims claims(Map<Integer, Bytes> pcrs) {
    return verified(FORGE.with("pcrs", NitroForge.pcrs(pcrs)));
  }

  private static VerifiedClaims verified(Map<String, Bytes> fields) {
    return switch (FORGE.verifier.verify(
        NitroForge.evidence(FORGE.document(fields)), NitroForge.NOW)) {
      case Verification.Verified(var claims) -> claims;
      case Verification.Refused(var refusal) -> throw new AssertionError(refusal.message());
    };
  }
}
