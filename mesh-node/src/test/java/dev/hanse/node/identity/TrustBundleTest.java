package dev.hanse.node.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.control.identity.MeshAuthority;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which roots a node takes from a control plane. */
class TrustBundleTest {
  private final Instant now = Instant.now();

  private final MeshAuthority known =
      MeshAuthority.create("hanse.internal", InstantSource.system(), new SecureRandom());
  private final MeshAuthority next = known.successor();
  private final MeshAuthority stranger =
      MeshAuthority.create("hanse.internal", InstantSource.system(), new SecureRandom());

  private List<X509Certificate> widened(Instant at, X509Certificate... offered) {
    return TrustBundle.widened(List.of(known.root()), List.of(offered), at);
  }

  @Test
  void takesARootThatAKnownRootSignedFor() {
    assertThat(widened(now, next.root(), known.crossSign(next.root())))
        .containsExactly(known.root(), next.root());
  }

  @Test
  void takesNoRootNobodyVouchesFor() throws Exception {
    assertThat(widened(now, next.root())).containsExactly(known.root());
    assertThat(widened(now, next.root(), stranger.crossSign(next.root())))
        .containsExactly(known.root());
    assertThat(widened(now, stranger.root(), known.crossSign(next.root())))
        .containsExactly(known.root());
  }

  @Test
  void takesNoRootOnAVoucherThatHasEnded() {
    Instant late = next.root().getNotAfter().toInstant().plus(Duration.ofDays(1));

    assertThat(widened(late, next.root(), known.crossSign(next.root())))
        .containsExactly(known.root());
    assertThat(widened(now.minus(Duration.ofDays(1)), next.root(), known.crossSign(next.root())))
        .containsExactly(known.root());
  }

  @Test
  void aVoucherAloneIsNoRoot() {
    assertThat(widened(now, known.crossSign(next.root()))).containsExactly(known.root());
  }

  @Test
  void vouchersDoNotChain() {
    MeshAuthority third = next.successor();

    assertThat(
            widened(
                now,
                next.root(),
                known.crossSign(next.root()),
                third.root(),
                next.crossSign(third.root())))
        .containsExactly(known.root(), next.root());
  }
}
