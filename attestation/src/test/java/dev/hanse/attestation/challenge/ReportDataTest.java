package dev.hanse.attestation.challenge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.attestation.Bytes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReportDataTest {
  private static final Bytes NONCE = counting(0, 32);
  private static final Bytes SPKI = counting(100, 91);
  private static final NodeClaims CLAIMS =
      new NodeClaims("acme", "gpu-1", "eu-west", "127.0.0.1", 7443, Set.of("provider", "edge"));

  /** Computed once with Python's hashlib from the layout in {@code Encoding} and ReportData. */
  @Test
  void isTheGoldenVector() {
    assertThat(ReportData.of(NONCE, SPKI, CLAIMS).hex())
        .isEqualTo(
            "fd0b2d4445479bd37e7fd1c2c0a026c42cb3c8b91d800cbe5116c3e7165b0c48"
                + "d2d794ddb541d69b30514f0dc6ca7c2c66912bd8162ad9243ce59748296b8a69");
  }

  @Test
  void changesWithEveryFieldAndWithEveryShiftBetweenFields() {
    List<NodeClaims> claims =
        List.of(
            CLAIMS,
            new NodeClaims("acm", "egpu-1", "eu-west", "127.0.0.1", 7443, CLAIMS.roles()),
            new NodeClaims("acme", "gpu-1e", "u-west", "127.0.0.1", 7443, CLAIMS.roles()),
            new NodeClaims("acme", "gpu-2", "eu-west", "127.0.0.1", 7443, CLAIMS.roles()),
            new NodeClaims("acme", "gpu-1", "us-west", "127.0.0.1", 7443, CLAIMS.roles()),
            new NodeClaims("acme", "gpu-1", "eu-west", "127.0.0.2", 7443, CLAIMS.roles()),
            new NodeClaims("acme", "gpu-1", "eu-west", "127.0.0.1", 7444, CLAIMS.roles()),
            new NodeClaims("acme", "gpu-1", "eu-west", "127.0.0.1", 7443, Set.of("edge")),
            new NodeClaims("acme", "gpu-1", "eu-west", "127.0.0.1", 7443, Set.of()),
            new NodeClaims("acme", "gpu-1", "eu-west", "127.0.0.1", 7443, Set.of("edgeprovider")));
    Set<Bytes> seen = new HashSet<>();

    claims.forEach(one -> seen.add(ReportData.of(NONCE, SPKI, one)));
    seen.add(ReportData.of(counting(1, 32), SPKI, CLAIMS));
    seen.add(ReportData.of(NONCE, counting(101, 91), CLAIMS));
    seen.add(ReportData.of(counting(0, 33), counting(101, 90), CLAIMS));

    assertThat(seen).hasSize(claims.size() + 3);
  }

  private static Bytes counting(int first, int count) {
    byte[] bytes = new byte[count];
    for (int at = 0; at < count; at++) {
      bytes[at] = (byte) (first + at);
    }
    return Bytes.copyOf(bytes);
  }
}
