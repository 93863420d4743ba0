package dev.hanse.attestation.policy;

import dev.hanse.attestation.ByteReader;
import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.Rejection;
import dev.hanse.attestation.Verification;
import dev.hanse.attestation.Verifier;
import dev.hanse.attestation.hostile.Fuzz;
import dev.hanse.attestation.simulated.SimulatedPlatform;
import dev.hanse.attestation.simulated.SimulatedVerifier;
import java.io.ByteArrayOutputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A machine and two GPUs as one run of bytes: parts are changed, lost, doubled and reordered. */
@Tag("fuzz")
class CompositeFuzzTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final Bytes REPORT_DATA = Bytes.copyOf(new byte[64]);

  private final SimulatedPlatform platform = SimulatedPlatform.generate(new SecureRandom());
  private final SimulatedVerifier simulated = new SimulatedVerifier(List.of(platform.root()));
  private final Appraiser appraiser =
      new Appraiser(
          List.of(simulated, new Gpu()),
          new AppraisalPolicy(
              "fuzz",
              1,
              Set.of("simulated", Composition.GPU),
              List.of(new FakeRules(Composition.GPU, true)),
              new Composition(2, 2),
              Duration.ofMinutes(2),
              Duration.ofSeconds(30),
              Duration.ofHours(1)));

  @Test
  void noMutantOfTheWholeIsAcceptedAndNoneThrows() {
    Evidence one = platform.quote(REPORT_DATA, "gpu-1", NOW);
    Evidence other = platform.quote(REPORT_DATA, "gpu-2", NOW);
    Bytes machine = platform.quote(REPORT_DATA, "machine", NOW).body();
    Bytes good = written(List.of(machine, one.body(), other.body()));
    Bytes swapped = written(List.of(machine, other.body(), one.body()));
    Fuzz.mutants(
        19,
        List.of(good, swapped),
        bytes -> appraiser.appraise(parts(bytes), REPORT_DATA, NOW) instanceof Appraisal.Accepted,
        mutant -> false);
  }

  private static Bytes written(List<Bytes> bodies) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Bytes body : bodies) {
      out.write(body.size());
      out.writeBytes(body.toArray());
    }
    return Bytes.copyOf(out.toByteArray());
  }

  /** The first is the machine's; none where the bytes do not come out even. */
  private static List<Evidence> parts(Bytes bytes) {
    List<Evidence> parts = new ArrayList<>();
    ByteReader in = new ByteReader(bytes);
    try {
      while (in.remaining() > 0) {
        Bytes body = in.bytes(in.u8("size"), "body");
        parts.add(new Evidence(parts.isEmpty() ? "simulated" : Composition.GPU, body));
      }
      return parts;
    } catch (Rejection cut) {
      return List.of();
    }
  }

  /** Judges a GPU's part as simulated evidence. */
  private final class Gpu extends Verifier {
    Gpu() {
      super(Composition.GPU, Level.TEE);
    }

    @Override
    protected Verification examine(Evidence evidence, Instant at) {
      return switch (simulated.verify(new Evidence("simulated", evidence.body()), at)) {
        case Verification.Refused refused -> refused;
        case Verification.Verified(var claims) ->
            verified(
                evidence,
                claims.bound(),
                claims.producedAt(),
                claims.endorsedUntil(),
                claims.statement());
      };
    }
  }
}
