package dev.hanse.provider.simulated.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BatchEngineTest {
  // 1 µs a prefill token, 100 µs a step, 10 µs more when decoding, 1 µs a decoding sequence.
  private static final GpuProfile PROFILE =
      new GpuProfile("test", 1e6, 100_000, 10_000, 1_000, 1e12, 1 << 20);
  private static final long[] NAMELESS = {};

  private final Recorder recorder = new Recorder();

  private BatchEngine engine(int maxBatch, int stepTokens, int kvBlocks, int maxQueued) {
    return new BatchEngine(
        PROFILE, new EngineLimits(maxBatch, stepTokens, 4, kvBlocks, maxQueued), recorder);
  }

  @Test
  void takesOverheadAndPrefillUntilTheFirstTokenAndADecodeStepForEachOther() {
    BatchEngine engine = engine(8, 64, 64, 8);

    engine.submit(Work.generate(20, 3, NAMELESS), 1_000);
    Recorder.drain(engine);

    // The decode steps also read 20 and 21 tokens of context at a nanosecond each, rounded up.
    assertThat(recorder.lines)
        .containsExactly(
            "1000 admitted 1 cached 0",
            "121000 token 1 1",
            "232000 token 1 2",
            "343000 token 1 3",
            "343000 finished 1");
  }

  @Test
  void splitsALongPromptOverSteps() {
    BatchEngine engine = engine(8, 16, 64, 8);

    engine.submit(Work.generate(40, 1, NAMELESS), 0);
    Recorder.drain(engine);

    assertThat(recorder.firstTokenNanos).containsEntry(1L, 3 * 100_000L + 40_000);
  }

  @Test
  void goesOnDecodingWhileAnotherPromptIsRead() {
    BatchEngine engine = engine(8, 16, 64, 8);
    engine.submit(Work.generate(4, 4, NAMELESS), 0);
    engine.advanceTo(104_000);

    engine.submit(Work.generate(30, 1, NAMELESS), 104_000);
    Recorder.drain(engine);

    // Two steps carry 15 prompt tokens each beside one decoded token.
    assertThat(recorder.firstTokenNanos).containsEntry(2L, 104_000 + 2 * (111_000 + 15_000L));
    assertThat(recorder.finishedNanos.get(1L)).isGreaterThan(recorder.firstTokenNanos.get(2L));
  }

  @Test
  void readsOnlyWhatTheCacheDoesNotHave() {
    BatchEngine engine = engine(8, 64, 64, 8);
    engine.submit(Work.generate(16, 1, names(4)), 0);
    Recorder.drain(engine);

    engine.submit(Work.generate(20, 1, names(5)), engine.nowNanos());
    long start = engine.nowNanos();
    Recorder.drain(engine);

    assertThat(recorder.cached).containsEntry(2L, 16);
    assertThat(recorder.firstTokenNanos).containsEntry(2L, start + 104_000);
  }

  @Test
  void computesTheLastTokenEvenWhenAllIsCached() {
    BatchEngine engine = engine(8, 64, 64, 8);
    engine.submit(Work.generate(16, 1, names(4)), 0);
    Recorder.drain(engine);

    engine.submit(Work.generate(16, 1, names(4)), engine.nowNanos());
    Recorder.drain(engine);

    assertThat(recorder.cached).containsEntry(2L, 12);
  }

  @Test
  void findsAnEarlierAnswerInTheCacheWhenItIsPartOfTheNextPrompt() {
    BatchEngine engine = engine(8, 64, 64, 8);
    engine.submit(Work.generate(8, 9, names(4)), 0);
    Recorder.drain(engine);

    engine.submit(Work.generate(24, 1, names(6)), engine.nowNanos());
    Recorder.drain(engine);

    // 8 + 9 tokens, of which the last was never fed back: 16 are computed.
    assertThat(recorder.cached).containsEntry(2L, 16);
  }

  @Test
  void runsNoMoreAtOnceThanTheBatchHolds() {
    BatchEngine engine = engine(2, 64, 64, 8);
    for (int i = 0; i < 3; i++) {
      engine.submit(Work.generate(4, 2, NAMELESS), 0);
    }

    engine.nextEventNanos();

    assertThat(engine.running()).isEqualTo(2);
    assertThat(engine.queued()).isEqualTo(1);
  }

  @Test
  void refusesWhenTheQueueIsFull() {
    BatchEngine engine = engine(1, 64, 64, 1);
    engine.submit(Work.generate(4, 2, NAMELESS), 0);
    engine.submit(Work.generate(4, 2, NAMELESS), 0);

    assertThat(engine.submit(Work.generate(4, 2, NAMELESS), 0)).isEmpty();
    assertThat(engine.hasRoomFor(1)).isFalse();
  }

  @Test
  void refusesASequenceLongerThanTheCache() {
    BatchEngine engine = engine(8, 64, 4, 8);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.submit(Work.generate(10, 7, NAMELESS), 0))
        .withMessageContaining("16");
  }

  @Test
  void makesTheYoungestYieldWhenBlocksRunOutAndFinishesBoth() {
    BatchEngine engine = engine(8, 64, 6, 8);
    engine.submit(Work.generate(8, 12, NAMELESS), 0);
    engine.submit(Work.generate(8, 12, NAMELESS), 0);

    Recorder.drain(engine);

    assertThat(engine.preemptions()).isPositive();
    assertThat(recorder.tokens).containsEntry(1L, 12).containsEntry(2L, 12);
    assertThat(recorder.finishedNanos.get(1L)).isLessThan(recorder.finishedNanos.get(2L));
    assertThat(engine.usedBlocks()).isZero();
  }

  @Test
  void saysNothingMoreOfACancelledSequence() {
    BatchEngine engine = engine(8, 64, 64, 8);
    engine.submit(Work.generate(4, 50, NAMELESS), 0);
    engine.advanceTo(150_000);
    int heard = recorder.lines.size();

    engine.cancel(1);
    engine.cancel(99);
    Recorder.drain(engine);

    assertThat(recorder.lines).hasSize(heard);
    assertThat(engine.usedBlocks()).isZero();
    assertThat(engine.running()).isZero();
  }

  @Test
  void encodesWithoutKeepingBlocks() {
    BatchEngine engine = engine(8, 16, 1, 8);

    engine.submit(Work.encode(40), 0);
    Recorder.drain(engine);

    assertThat(recorder.lines).containsExactly("0 admitted 1 cached 0", "340000 finished 1");
  }

  @Test
  void refusesToGoBackInTime() {
    BatchEngine engine = engine(8, 64, 64, 8);
    engine.advanceTo(10);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.advanceTo(9))
        .withMessageContaining("back");
  }

  private static long[] names(int count) {
    return LongStream.rangeClosed(1, count).toArray();
  }
}
