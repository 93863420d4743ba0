package dev.hanse.control.workflow;

import dev.hanse.attestation.Bytes;
import dev.hanse.attestation.Evidence;
import dev.hanse.attestation.challenge.Binding;
import dev.hanse.attestation.challenge.NodeClaims;
import dev.hanse.attestation.policy.Transcript;
import dev.hanse.attestation.x509.SubjectKey;
import dev.hanse.control.membership.NodeResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Exchanges of acme's nodes in eu-west that nobody had, all with one key. */
public final class Exchanges {
  /** Twice the generator of P-256. */
  private static final SubjectKey KEY =
      SubjectKey.read(
          Bytes.ofHex(
              "3059301306072a8648ce3d020106082a8648ce3d03010703420004"
                  + "7cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc47669978"
                  + "07775510db8ed040293d9ac69f7430dbba7dade63ce982299e04b79d227873d1"));

  private Exchanges() {}

  public static Binding of(String name) {
    return new Binding(
        Bytes.copyOf(new byte[32]),
        KEY,
        new NodeClaims("acme", name, "eu-west", "127.0.0.1", 9000, Set.of("edge", "provider")));
  }

  /** Evidence of one part, as large as that, for a certificate of an hour. */
  public static Certified certified(String name, int bodyBytes, Instant cameAt) {
    byte[] body = Arrays.copyOf(name.getBytes(StandardCharsets.US_ASCII), bodyBytes);
    return certified(name, List.of(new Evidence("simulated", Bytes.copyOf(body))), cameAt);
  }

  public static Certified certified(String name, List<Evidence> parts, Instant cameAt) {
    Binding binding = of(name);
    Transcript transcript =
        new Transcript(
            parts,
            binding.reportData(),
            cameAt,
            cameAt.plus(Duration.ofHours(1)).truncatedTo(ChronoUnit.SECONDS));
    return new Certified(binding, transcript.evidenceDigest().hex(), "built-in-1", transcript);
  }

  /** What was concluded from it. */
  public static NodeResult resultOf(Certified evidence) {
    Instant end = evidence.transcript().certifiedUntil();
    return new NodeResult(
        evidence.node(),
        evidence.technology(),
        evidence.issuedUnder(),
        evidence.issuedUnder(),
        evidence.evidenceDigest(),
        Map.of(),
        end,
        end,
        "");
  }
}
