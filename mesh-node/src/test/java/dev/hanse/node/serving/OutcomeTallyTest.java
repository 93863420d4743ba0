package dev.hanse.node.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.Member;
import dev.hanse.api.Outcomes;
import dev.hanse.node.routing.SampleMesh;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutcomeTallyTest {
  private static final ServingRequest REQUEST = CompletionFlowFixture.request(true);
  private static final Member NODE = SampleMesh.node("acme.gpu-1").member();

  private final OutcomeTally tally = new OutcomeTally();

  @ParameterizedTest
  @CsvSource({
    "ENGINE_ERROR,1,0",
    "UNREACHABLE,1,0",
    "TRUNCATED,1,0",
    "TIMEOUT,1,0",
    "OVERLOADED,0,1",
    "RATE_LIMITED,0,1",
    "INVALID_REQUEST,0,0",
    "CANCELLED,0,0"
  })
  void aFailureIsTheNodesOrTheClientsOrARejection(Kind kind, long failed, long rejected) {
    tally.attemptEnded(REQUEST, NODE, 1, Optional.of(failure(kind, "some_code")));

    List<Outcomes> seen = tally.take();

    assertThat(seen.stream().mapToLong(Outcomes::failed).sum()).isEqualTo(failed);
    assertThat(seen.stream().mapToLong(Outcomes::rejected).sum()).isEqualTo(rejected);
  }

  @Test
  void aClientsOwnDeadlineIsNobodysFault() {
    tally.attemptEnded(REQUEST, NODE, 1, Optional.of(Failures.deadline(Duration.ofSeconds(1))));

    assertThat(tally.take()).isEmpty();
  }

  @Test
  void whatIsTakenIsNotTakenTwice() {
    tally.firstChunk(REQUEST, NODE, Duration.ofMillis(120));
    tally.firstChunk(REQUEST, NODE, Duration.ofMillis(80));

    Outcomes seen = tally.take().getFirst();

    assertThat(seen.ttftMillis()).isEqualTo(200);
    assertThat(seen.timed()).isEqualTo(2);
    assertThat(tally.take()).isEmpty();
  }

  private static ProviderFailure failure(Kind kind, String code) {
    return new ProviderFailure(
        kind, 500, code, "text", new Retry.Never(), Usage.NONE, Optional.empty());
  }
}
