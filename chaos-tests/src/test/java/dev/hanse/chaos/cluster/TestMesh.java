package dev.hanse.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.cli.demo.DemoMesh;
import dev.hanse.cli.demo.DemoPlan;
import java.time.Duration;
import org.awaitility.Awaitility;

/** The demo's mesh on addresses of its own, as fast as its engines can pretend to be. */
public final class TestMesh {
  /** Tests run one after the other in one process; the process number keeps two of those apart. */
  private static final int NETWORK = 20 + (int) (ProcessHandle.current().pid() % 200);

  private TestMesh() {}

  /** A mesh whose engines run {@code timeScale} times faster than real. */
  public static DemoMesh start(double timeScale) {
    try {
      return DemoMesh.start(DemoPlan.forTests(NETWORK, timeScale));
    } catch (Exception failure) {
      throw new IllegalStateException("the mesh did not start", failure);
    }
  }

  /** Waits until no node has anything in flight any more: nothing leaked, nothing runs on. */
  public static void awaitIdle(DemoMesh mesh) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() ->
            assertThat(mesh.nodes().values())
                .allSatisfy(node -> {
                  assertThat(node.load().inFlightRequests()).isZero();
                  assertThat(node.load().inFlightWorkTokens()).isZero();
                }));
  }
}
