package dev.hanse.attestation.ear;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.Level;
import dev.hanse.attestation.policy.Appraisal;
import dev.hanse.attestation.policy.AppraisalPolicy;
import dev.hanse.attestation.policy.Appraiser;
import dev.hanse.attestation.policy.AttestationResult;
import dev.hanse.attestation.policy.Composition;
import dev.hanse.attestation.policy.FakeRules;
import dev.hanse.attestation.policy.FakeVerifier;
import dev.hanse.attestation.policy.Rules;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A result of a machine with one GPU, and tokens about it. */
final class Ears {
  static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  static final Bytes REPORT_DATA = Bytes.ofHex("5a".repeat(64));
  static final Bytes KEY_DIGEST = Bytes.ofHex("17".repeat(32));
  static final String ISSUER = "spiffe://hanse.internal/region/eu/control";
  static final String SUBJECT = "spiffe://hanse.internal/region/eu/provider/p/node/n";
  static final String AUDIENCE = "hanse.internal";

  private Ears() {}

  static String token(EarIssuer issuer) {
    return issuer.sign(result(), SUBJECT, KEY_DIGEST, AUDIENCE);
  }

  static AttestationResult result() {
    return result(new FakeRules("cpu", true));
  }

  /** As above, with these rules of the machine. */
  static AttestationResult result(Rules ofCpu) {
    Appraiser appraiser =
        new Appraiser(
            List.of(
                new FakeVerifier(
                    "cpu", Level.TPM, REPORT_DATA, NOW, Instant.MAX, Map.of("svn", "3")),
                new FakeVerifier(
                    "nvidia-gpu",
                    Level.TEE,
                    REPORT_DATA,
                    NOW,
                    Instant.MAX,
                    Map.of("driver", "570"))),
            new AppraisalPolicy(
                "test",
                7,
                Set.of("cpu", "nvidia-gpu"),
                List.of(ofCpu, new FakeRules("nvidia-gpu", true)),
                Composition.ANY,
                Duration.ofMinutes(2),
                Duration.ZERO,
                Duration.ofHours(1)));
    Appraisal appraisal =
        appraiser.appraise(
            List.of(
                new Evidence("cpu", Bytes.ofHex("01")),
                new Evidence("nvidia-gpu", Bytes.ofHex("02"))),
            REPORT_DATA,
            NOW);
    return ((Appraisal.Accepted) appraisal).result();
  }
}
