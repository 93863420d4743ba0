package dev.hanse.attestation.tpm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.VerifiedClaims;
import dev.hanse.attestation.policy.CheckList;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No bit of accepted evidence can change, or else it says the same. */
class TpmBitFlipPropertyTest {
  /** The quote, its signature, the key, the values and every length between: nothing is idle. */
  @ParameterizedTest
  @EnumSource(SigningScheme.class)
  void everyBitOfAQuoteItsSignatureItsKeyAndItsValuesCounts(SigningScheme scheme) throws Exception {
    TpmForge forge = new TpmForge();
    forge.scheme = scheme;
    Bytes good = forge.evidence().body();
    TpmVerifier verifier = verifier(forge);
    assertThat(verify(verifier, good)).isInstanceOf(Verification.Verified.class);
    for (int bit = 0; bit < good.size() * Byte.SIZE; bit++) {
      assertThat(verify(verifier, flipped(good, bit)))
          .as("bit %d", bit)
          .isInstanceOf(Verification.Refused.class);
    }
  }

  /** A log is not signed: what its replay does not prove may change, and nothing is read off it. */
  @Test
  void everyBitOfALogIsRefusedOrChangesNothingThatIsStated() throws Exception {
    TpmForge forge = TpmForge.booted();
    TpmRules rules = TpmRules.strict().withLog(new EventLogRules(true, true, Set.of()));
    TpmVerifier verifier = verifier(forge);
    TpmEvidence good = forge.body();
    Bytes log = good.eventLog().orElseThrow();
    VerifiedClaims claims = accepted(verifier, rules, good.toBytes()).orElseThrow();
    int refused = 0;
    for (int bit = 0; bit < log.size() * Byte.SIZE; bit++) {
      TpmEvidence changed =
          new TpmEvidence(
              good.attest(),
              good.signature(),
              good.publicArea(),
              good.pcrs(),
              Optional.of(flipped(log, bit)));
      Optional<VerifiedClaims> still = accepted(verifier, rules, changed.toBytes());
      still.ifPresent(stated -> assertThat(stated.measurements()).isEqualTo(claims.measurements()));
      refused += still.isEmpty() ? 1 : 0;
    }
    assertThat(refused).isGreaterThan(log.size() * Byte.SIZE / 2);
  }

  private static Optional<VerifiedClaims> accepted(
      TpmVerifier verifier, TpmRules rules, Bytes body) {
    if (verify(verifier, body) instanceof Verification.Verified(var claims)) {
      CheckList checks = new CheckList();
      rules.judge(claims, Instant.EPOCH, checks);
      return checks.firstRefusal().isEmpty() ? Optional.of(claims) : Optional.empty();
    }
    return Optional.empty();
  }

  private static TpmVerifier verifier(TpmForge forge) throws Exception {
    return new TpmVerifier(AttestationKeys.pinned(Set.of(forge.name())));
  }

  private static Verification verify(TpmVerifier verifier, Bytes body) {
    return verifier.verify(new Evidence(TpmVerifier.TECHNOLOGY, body), Instant.EPOCH);
  }

  private static Bytes flipped(Bytes good, int bit) {
    byte[] bytes = good.toArray();
    bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
    return Bytes.copyOf(bytes);
  }
}
