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
    return start(plan(timeScale));
  }

  /** What {@link #start(double)} starts. */
  public static DemoPlan plan(double timeScale) {
    return DemoPlan.forTests(NETWORK, timeScale);
  }

  public static DemoMesh start(DemoPlan plan) {
    try {
      return DemoMesh.start(plan);
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
