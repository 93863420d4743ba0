package dev.hanse.attestation.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Verification;
import dev.hanse.seeds.Seeds;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

class SimulatedVerifierPropertyTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final SimulatedPlatform PLATFORM = SimulatedPlatform.generate(new SecureRandom());
  private static final SimulatedVerifier VERIFIER = new SimulatedVerifier(List.of(PLATFORM.root()));

  /** Mutants of good evidence: whatever differs is refused, by value and never by exception. */
  @Seeds(tries = 100)
  void noMutantIsAcceptedAndNoneThrows(long seed) {
    Random random = new Random(seed);
    Bytes reportData = randomBytes(random, 64);
    Bytes good = PLATFORM.quote(reportData, "m".repeat(1 + random.nextInt(128)), NOW).body();
    for (int mutant = 0; mutant < 100; mutant++) {
      Bytes mutated = mutate(good.toArray(), random);

      Verification verification = VERIFIER.verify(new Evidence("simulated", mutated), NOW);

      assertThat(verification)
          .isInstanceOf(
              mutated.equals(good) ? Verification.Verified.class : Verification.Refused.class);
    }
  }

  @Seeds(tries = 100)
  void noRandomBytesAreAccepted(long seed) {
    Random random = new Random(seed);
    for (int attempt = 0; attempt < 100; attempt++) {
      assertThat(
              VERIFIER.verify(
                  new Evidence("simulated", randomBytes(random, random.nextInt(400))), NOW))
          .isInstanceOf(Verification.Refused.class);
    }
  }

  private static Bytes mutate(byte[] bytes, Random random) {
    byte[] mutated = bytes;
    int changes = 1 + random.nextInt(4);
    for (int change = 0; change < changes; change++) {
      mutated =
          switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(mutated, random.nextInt(mutated.length + 20));
            case 1 -> {
              byte[] shorter = new byte[Math.max(0, mutated.length - 1)];
              int gap = mutated.length == 0 ? 0 : random.nextInt(mutated.length);
              for (int at = 0; at < shorter.length; at++) {
                shorter[at] = mutated[at < gap ? at : at + 1];
              }
              yield shorter;
            }
            default -> {
              byte[] changed = mutated.clone();
              if (changed.length > 0) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
              }
              yield changed;
            }
          };
    }
    return Bytes.copyOf(mutated);
  }

  private static Bytes randomBytes(Random random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return Bytes.copyOf(bytes);
  }
}
