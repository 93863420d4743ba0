package dev.hanse.node.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.api.inference.v1.QuotaRequest;
import dev.hanse.api.inference.v1.QuotaResponse;
import dev.hanse.node.routing.QuotaAsk;
import dev.hanse.node.routing.QuotaGrant;
import dev.hanse.seeds.Seeds;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class QuotaWireTest {
  @Seeds(tries = 100)
  void asksAndGrantsArriveAsTheyWereSent(long seed) {
    Random random = new Random(seed);
    long number = 1L + random.nextInt(1_000);
    QuotaAsk ask =
        new QuotaAsk(
            random.nextLong(),
            number,
            random.nextInt((int) number),
            random.nextInt(1_000_000),
            random.nextInt(1_000_000));
    QuotaGrant grant =
        new QuotaGrant(
            number,
            random.nextInt(1_000_000),
            Duration.ofMillis(1 + random.nextInt(60_000)),
            random.nextInt(1_000_000));

    assertThat(QuotaWire.fromProto(QuotaWire.toProto(ask))).isEqualTo(ask);
    assertThat(QuotaWire.fromProto(QuotaWire.toProto(grant))).isEqualTo(grant);
  }

  @Test
  void refusesWhatIsOutOfRange() {
    QuotaRequest sound = QuotaRequest.newBuilder().setNumber(2).setHolds(1).build();
    for (QuotaRequest bad :
        new QuotaRequest[] {
          sound.toBuilder().setNumber(0).build(),
          sound.toBuilder().setHolds(2).build(),
          sound.toBuilder().setHolds(-1).build(),
          sound.toBuilder().setInFlightTokens(-1).build(),
          sound.toBuilder().setWantedTokens(-1).build()
        }) {
      assertThatThrownBy(() -> QuotaWire.fromProto(bad))
          .isInstanceOf(IllegalArgumentException.class);
    }
    QuotaResponse answer = QuotaResponse.newBuilder().setNumber(1).setLastsMillis(1).build();
    for (QuotaResponse bad :
        new QuotaResponse[] {
          answer.toBuilder().setNumber(0).build(),
          answer.toBuilder().setTokens(-1).build(),
          answer.toBuilder().setLastsMillis(0).build(),
          answer.toBuilder().setOthersTokens(-1).build()
        }) {
      assertThatThrownBy(() -> QuotaWire.fromProto(bad))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void believesNobodyForEver() {
    assertThat(
            QuotaWire.fromProto(
                    QuotaResponse.newBuilder().setNumber(1).setLastsMillis(Long.MAX_VALUE).build())
                .lasts())
        .isEqualTo(Duration.ofMinutes(1));
  }
}
