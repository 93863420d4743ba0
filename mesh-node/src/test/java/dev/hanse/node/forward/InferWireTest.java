package dev.hanse.node.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.api.ModelId;
import dev.hanse.api.Operation;
import dev.hanse.api.Price;
import dev.hanse.api.inference.v1.Failure;
import dev.hanse.api.inference.v1.FailureKind;
import dev.hanse.api.inference.v1.InferRequest;
import dev.hanse.api.wire.OfferWire;
import dev.hanse.node.routing.Constraints;
import dev.hanse.node.routing.PlacementRequest;
import dev.hanse.node.routing.PrefixChain;
import dev.hanse.node.routing.SampleMesh;
import dev.hanse.node.serving.ServingRequest;
import dev.hanse.node.serving.TraceContext;
import dev.hanse.node.serving.Upstream;
import dev.hanse.provider.Completion;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.ProviderFailure.Kind;
import dev.hanse.provider.Retry;
import dev.hanse.provider.Usage;
import dev.hanse.seeds.Seeds;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class InferWireTest {
  private static final List<Operation> OPERATIONS = List.of(Operation.values());
  private static final List<Kind> KINDS = List.of(Kind.values());

  private static Upstream.Attempt attempt(Random random) {
    Operation operation = OPERATIONS.get(random.nextInt(OPERATIONS.size()));
    byte[] body = new byte[random.nextInt(300)];
    random.nextBytes(body);
    long reserved = random.nextInt(1_000_000);
    return new Upstream.Attempt(
        new ServingRequest(
            "req-" + random.nextInt(),
            "tenant-" + random.nextInt(9),
            operation,
            random.nextBoolean(),
            Buffer.buffer(body),
            new PlacementRequest(
                new ModelId("model-" + random.nextInt(9)),
                operation,
                PrefixChain.of(new long[] {0}, 0),
                reserved,
                0,
                Constraints.NONE),
            Duration.ofMillis(1 + random.nextInt(1_000_000)),
            random.nextBoolean() ? TraceContext.NONE : new TraceContext("00-ab-cd-01", "k=v")),
        SampleMesh.node("acme.gpu-1").member(),
        1 + random.nextInt(9),
        reserved,
        random.nextInt(1_000),
        new Price(random.nextInt(1_000), random.nextInt(1_000), random.nextInt(1_000)),
        SampleMesh.EDGE);
  }

  @Seeds
  void everythingANodeNeedsOfAnAttemptArrives(long seed) {
    Upstream.Attempt sent = attempt(new Random(seed));

    InferRequest message = InferWire.toProto(sent);

    assertThat(InferWire.fromProto(message)).isEqualTo(sent.request());
    assertThat(message.getAttempt()).isEqualTo(sent.number());
    assertThat(message.getReservedTokens()).isEqualTo(sent.reservedTokens());
    assertThat(message.getDecodeTokens()).isEqualTo(sent.decodeTokens());
    assertThat(OfferWire.fromProto(message.getPrice())).isEqualTo(sent.price());
  }

  private static Usage usage(Random random) {
    return new Usage(
        random.nextInt(1_000_000),
        random.nextInt(1_000_000),
        random.nextInt(1_000_000),
        random.nextInt(1_000_000),
        random.nextBoolean());
  }

  private static Optional<Buffer> maybe(Random random) {
    return random.nextBoolean()
        ? Optional.empty()
        : Optional.of(Buffer.buffer("{\"n\":" + random.nextInt() + "}"));
  }

  @Seeds
  void anEndArrivesWhole(long seed) {
    Random random = new Random(seed);
    Completion sent = new Completion(usage(random), maybe(random), "stop");

    assertThat(InferWire.completion(InferWire.end(sent).getEnd())).isEqualTo(sent);
  }

  @Seeds
  void aFailureArrivesWhole(long seed) {
    Random random = new Random(seed);
    Duration after = Duration.ofMillis(random.nextInt(100_000));
    Retry retry =
        switch (random.nextInt(3)) {
          case 0 -> new Retry.Never();
          case 1 -> new Retry.Here(after);
          default -> new Retry.Elsewhere(after);
        };
    ProviderFailure sent =
        new ProviderFailure(
            KINDS.get(random.nextInt(KINDS.size())),
            400 + random.nextInt(200),
            "code",
            "message",
            retry,
            usage(random),
            maybe(random));

    assertThat(InferWire.failure(InferWire.failure(sent).getFailure())).isEqualTo(sent);
  }

  @ParameterizedTest
  @EnumSource
  void everyKindHasItsOwnNumber(Kind kind) {
    ProviderFailure sent =
        new ProviderFailure(kind, 500, "c", "m", new Retry.Never(), Usage.NONE, Optional.empty());

    assertThat(InferWire.failure(InferWire.failure(sent).getFailure()).kind()).isEqualTo(kind);
  }

  @Test
  void refusesWhatIsOutOfRangeByName() {
    assertRefused(m -> m.setBudgetMillis(0), "budget_millis");
    assertRefused(m -> m.setReservedTokens(-1), "reserved_tokens");
    assertRefused(m -> m.setAttempt(0), "attempt");
    assertRefused(m -> m.setDecodeTokens(-1), "decode_tokens");
    assertRefused(m -> m.clearOperation(), "operation");
    assertRefused(m -> m.setOperationValue(77), "operation");
    assertRefused(m -> m.setModel("two words"), "model");
    assertRefused(m -> m.setTraceparent("x".repeat(5_000)), "traceparent");
  }

  private static void assertRefused(UnaryOperator<InferRequest.Builder> damage, String field) {
    InferRequest.Builder sound = InferWire.toProto(attempt(new Random(1))).toBuilder();

    assertThatThrownBy(() -> InferWire.fromProto(damage.apply(sound).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(field);
  }

  @Test
  void refusesAFailureItCannotUnderstand() {
    Failure sound =
        Failure.newBuilder()
            .setKind(FailureKind.FAILURE_KIND_TIMEOUT)
            .setStatus(504)
            .setRetry(dev.hanse.api.inference.v1.Retry.RETRY_NEVER)
            .build();

    assertThat(InferWire.failure(sound).kind()).isEqualTo(Kind.TIMEOUT);
    assertFailureRefused(sound.toBuilder().setKindValue(99).build(), "kind");
    assertFailureRefused(sound.toBuilder().clearKind().build(), "kind");
    assertFailureRefused(sound.toBuilder().setStatus(200).build(), "status");
    assertFailureRefused(sound.toBuilder().clearRetry().build(), "retry");
    assertFailureRefused(sound.toBuilder().setRetryAfterMillis(-1).build(), "retry_after_millis");
  }

  private static void assertFailureRefused(Failure message, String field) {
    assertThatThrownBy(() -> InferWire.failure(message))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(field);
  }
}
