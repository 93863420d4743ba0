package dev.hanse.provider.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.hanse.provider.EngineModel;
import dev.hanse.provider.Exchange;
import dev.hanse.provider.Operation;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.Retry;
import dev.hanse.provider.simulated.batching.EngineLimits;
import dev.hanse.provider.simulated.batching.GpuProfile;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SimulatedFaultsTest {
  private static final String ENDLESS =
      "{'max_tokens':3000,'ignore_eos':true,'messages':[{'role':'user','content':'hello'}]}";
  private static final String SHORT =
      "{'max_tokens':20,'messages':[{'role':'user','content':'hello'}]}";

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final SimulatedConfig config =
      SimulatedConfig.of(GpuProfile.H100, List.of(new EngineModel("m", 4096)));

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  private SimulatedProvider fast() {
    return SimulatedProvider.create(vertx, config.withTimeScale(1000));
  }

  private Conversation misbehaving(Fault fault, boolean stream) {
    SimulatedProvider provider = fast();
    provider.misbehave(Faults.always(fault));
    Conversation conversation = new Conversation();
    var _ = provider.open(Conversation.chat(stream, SHORT), conversation);
    return conversation;
  }

  private Exchange open(SimulatedProvider provider, String body, Conversation conversation)
      throws Exception {
    CompletableFuture<Exchange> exchange = new CompletableFuture<>();
    context.runOnContext(
        nothing -> exchange.complete(provider.open(Conversation.chat(true, body), conversation)));
    return exchange.get(5, TimeUnit.SECONDS);
  }

  @Test
  void failsBeforeTheFirstChunk() throws Exception {
    Conversation conversation = misbehaving(new Fault.FailBeforeHeaders(503), true);

    assertThat(conversation.failure().kind()).isEqualTo(ProviderFailure.Kind.ENGINE_ERROR);
    assertThat(conversation.failure().status()).isEqualTo(503);
    assertThat(conversation.chunks).isEmpty();
  }

  @Test
  void limitsTheRateAndSaysForHowLong() throws Exception {
    Conversation conversation = misbehaving(new Fault.RateLimited(Duration.ofSeconds(7)), true);

    assertThat(conversation.failure().status()).isEqualTo(429);
    assertThat(conversation.failure().retry())
        .isEqualTo(new Retry.Elsewhere(Duration.ofSeconds(7)));
  }

  @Test
  void cutsTheAnswerAfterExactlyThatManyTokens() throws Exception {
    Conversation conversation = misbehaving(new Fault.CutAfter(5), true);

    assertThat(conversation.failure().kind()).isEqualTo(ProviderFailure.Kind.TRUNCATED);
    assertThat(conversation.failure().partialUsage().completionTokens()).isEqualTo(5);
    assertThat(conversation.text(0)).hasSize(20);
  }

  @Test
  void cutsAnAnswerThatIsNotStreamedWithoutShowingAnyOfIt() throws Exception {
    Conversation conversation = misbehaving(new Fault.CutAfter(5), false);

    assertThat(conversation.failure().kind()).isEqualTo(ProviderFailure.Kind.TRUNCATED);
    assertThat(conversation.chunks).isEmpty();
  }

  @Test
  void doesNotCutWhatIsShorter() throws Exception {
    assertThat(misbehaving(new Fault.CutAfter(20), true).completion().usage().completionTokens())
        .isEqualTo(20);
  }

  @Test
  void answersSomethingThatIsNotAChunk() throws Exception {
    Conversation conversation = misbehaving(new Fault.MalformedAfter(0), true);

    assertThat(conversation.failure().kind()).isEqualTo(ProviderFailure.Kind.MALFORMED);
    assertThat(conversation.chunks).isEmpty();
  }

  @Test
  void stallsUntilTheBudgetIsSpent() throws Exception {
    SimulatedProvider provider = fast();
    provider.misbehave(Faults.always(new Fault.StallAfter(2)));
    Conversation conversation = new Conversation();

    var _ =
        provider.open(
            Conversation.request(Operation.CHAT, true, SHORT, Duration.ofMillis(200)),
            conversation);

    assertThat(conversation.failure().kind()).isEqualTo(ProviderFailure.Kind.TIMEOUT);
    assertThat(conversation.failure().status()).isEqualTo(504);
    assertThat(conversation.text(0)).hasSize(8);
  }

  @Test
  void holdsTheFirstTokenBack() throws Exception {
    long begin = System.nanoTime();
    Conversation conversation = misbehaving(new Fault.SlowFirstToken(Duration.ofMillis(150)), true);

    conversation.completion();

    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(149));
  }

  @Test
  void strikesOnlyTheShareOfRequestsItIsToldTo() {
    Faults faults = Faults.sometimes(new Fault.CutAfter(1), 250);

    long struck = 0;
    for (int i = 0; i < 4000; i++) {
      if (faults.of("request-" + i) instanceof Fault.CutAfter) {
        struck++;
      }
    }

    assertThat(struck).isBetween(850L, 1150L);
    assertThatIllegalArgumentException().isThrownBy(() -> Faults.sometimes(new Fault.None(), 1001));
  }

  @Test
  void failsHealthChecksWhenToldTo() {
    SimulatedProvider provider = fast();

    assertThat(provider.status().succeeded()).isTrue();
    provider.misbehave(Faults.refusingHealth());
    assertThat(provider.status().failed()).isTrue();
    provider.misbehave(Faults.NONE);
    assertThat(provider.status().succeeded()).isTrue();
  }

  @Test
  void saysNothingAfterACancelAndFreesTheCache() throws Exception {
    SimulatedProvider provider = SimulatedProvider.create(vertx, config);
    Conversation conversation = new Conversation();
    Exchange exchange = open(provider, ENDLESS, conversation);
    await().until(() -> conversation.chunks.size() > 3);

    CompletableFuture<Integer> heard = new CompletableFuture<>();
    context.runOnContext(nothing -> {
      exchange.cancel();
      heard.complete(conversation.chunks.size());
    });

    int chunks = heard.get(5, TimeUnit.SECONDS);
    await().until(() -> provider.status().result().kvUsedPermille() == 0);
    assertThat(conversation.chunks).hasSize(chunks);
    assertThat(conversation.ended).isNotDone();
    assertThat(conversation.failed).isNotDone();
  }

  @Test
  void saysNothingWhilePausedAndEverythingAfterwards() throws Exception {
    SimulatedProvider provider = fast();
    Conversation conversation = new Conversation();
    CompletableFuture<Exchange> opened = new CompletableFuture<>();
    context.runOnContext(nothing -> {
      Exchange exchange = provider.open(Conversation.chat(true, SHORT), conversation);
      exchange.pause();
      opened.complete(exchange);
    });
    Exchange exchange = opened.get(5, TimeUnit.SECONDS);

    assertThat(conversation.ended)
        .failsWithin(Duration.ofMillis(100))
        .withThrowableOfType(TimeoutException.class);
    assertThat(conversation.chunks).isEmpty();
    context.runOnContext(nothing -> exchange.resume());

    assertThat(conversation.completion().usage().completionTokens()).isEqualTo(20);
    assertThat(conversation.text(0)).hasSize(80);
  }

  @Test
  void refusesWhenItsQueueIsFull() throws Exception {
    SimulatedProvider provider =
        SimulatedProvider.create(vertx, config.withLimits(new EngineLimits(1, 64, 16, 1000, 1)));
    Conversation running = new Conversation();
    Conversation waiting = new Conversation();
    Conversation refused = new Conversation();

    open(provider, ENDLESS, running);
    open(provider, ENDLESS, waiting);
    await().until(() -> !running.chunks.isEmpty());
    open(provider, ENDLESS, refused);

    assertThat(refused.failure().kind()).isEqualTo(ProviderFailure.Kind.OVERLOADED);
    assertThat(refused.failure().retry()).isInstanceOf(Retry.Elsewhere.class);
    assertThat(waiting.failed).isNotDone();
  }

  @Test
  void endsWhatIsInFlightWhenClosedAndTakesNothingMore() throws Exception {
    SimulatedProvider provider = SimulatedProvider.create(vertx, config);
    Conversation running = new Conversation();
    open(provider, ENDLESS, running);
    await().until(() -> !running.chunks.isEmpty());

    provider.close().toCompletionStage().toCompletableFuture().get();
    Conversation late = new Conversation();
    open(provider, ENDLESS, late);

    assertThat(running.failure().kind()).isEqualTo(ProviderFailure.Kind.UNREACHABLE);
    assertThat(late.failure().kind()).isEqualTo(ProviderFailure.Kind.UNREACHABLE);
    assertThat(provider.status().failed()).isTrue();
  }
}
