package dev.hanse.provider.simulated.batching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.seeds.Seeds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

class BatchEnginePropertyTest {
  private static final GpuProfile PROFILE =
      new GpuProfile("test", 1e5, 100_000, 50_000, 1_000, 1e7, 1 << 20);
  private static final int BLOCK_TOKENS = 4;

  private record Arrival(Work work, long nanos) {}

  @Seeds
  void everySequenceGetsExactlyItsTokensAndEveryBlockComesBack(long seed) {
    Random random = new Random(seed);
    EngineLimits limits = tight(random);
    Recorder recorder = new Recorder();
    BatchEngine engine = new BatchEngine(PROFILE, limits, recorder);
    List<Arrival> arrivals = arrivals(random, limits);

    arrivals.forEach(arrival -> engine.submit(arrival.work(), arrival.nanos()));
    Recorder.drain(engine);

    for (int i = 0; i < arrivals.size(); i++) {
      assertThat(recorder.tokens.get(i + 1L)).isEqualTo(arrivals.get(i).work().outputTokens());
      assertThat(recorder.finishedNanos).containsKey(i + 1L);
      assertThat(recorder.cached.get(i + 1L)).isLessThan(arrivals.get(i).work().promptTokens());
    }
    assertThat(engine.usedBlocks()).isZero();
    assertThat(engine.running() + engine.queued()).isZero();
  }

  @Seeds
  void blocksNeverLeakWhenSequencesAreCancelled(long seed) {
    Random random = new Random(seed);
    EngineLimits limits = tight(random);
    BatchEngine engine = new BatchEngine(PROFILE, limits, new Recorder());

    for (Arrival arrival : arrivals(random, limits)) {
      engine.submit(arrival.work(), Math.max(engine.nowNanos(), arrival.nanos()));
      engine.advanceTo(engine.nowNanos() + random.nextInt(2_000_000));
      engine.cancel(1 + random.nextInt(20));
      assertThat(engine.usedBlocks()).isBetween(0, limits.kvBlocks());
    }
    for (long id = 1; id <= 64; id++) {
      engine.cancel(id);
    }

    assertThat(engine.usedBlocks()).isZero();
    assertThat(engine.running() + engine.queued()).isZero();
    assertThat(engine.namedBlocks()).isLessThanOrEqualTo(limits.kvBlocks());
  }

  @Seeds
  void theSameArrivalsTellTheSameStoryInStepsOfAnySize(long seed) {
    EngineLimits limits = tight(new Random(seed));
    List<Arrival> arrivals = arrivals(new Random(seed), limits);

    List<String> leaping = run(limits, arrivals, Long.MAX_VALUE);
    List<String> creeping = run(limits, arrivals, 77_777);

    assertThat(creeping).isEqualTo(leaping);
  }

  @Seeds
  void aHitIsTheLongestCommonBlockPrefixWhenNothingIsForgotten(long seed) {
    Random random = new Random(seed);
    EngineLimits limits = new EngineLimits(4, 64, BLOCK_TOKENS, 10_000, 64);
    Recorder recorder = new Recorder();
    BatchEngine engine = new BatchEngine(PROFILE, limits, recorder);
    Set<Long> seen = new HashSet<>();

    for (long id = 1; id <= 30; id++) {
      Work work = work(random, limits);
      int expected = 0;
      while (expected < work.promptTokens() / BLOCK_TOKENS
          && seen.contains(work.blockHash(expected))) {
        expected++;
      }
      // At least one token is computed.
      expected = Math.min(expected, (work.promptTokens() - 1) / BLOCK_TOKENS);

      engine.submit(work, engine.nowNanos());
      Recorder.drain(engine);

      assertThat(recorder.cached).containsEntry(id, expected * BLOCK_TOKENS);
      int computed = work.promptTokens() + work.outputTokens() - 1;
      for (int block = 0; block < computed / BLOCK_TOKENS; block++) {
        seen.add(work.blockHash(block));
      }
    }
  }

  private static List<String> run(EngineLimits limits, List<Arrival> arrivals, long pace) {
    Recorder recorder = new Recorder();
    BatchEngine engine = new BatchEngine(PROFILE, limits, recorder);
    for (Arrival arrival : arrivals) {
      while (arrival.nanos() - engine.nowNanos() > pace) {
        engine.advanceTo(engine.nowNanos() + pace);
      }
      engine.submit(arrival.work(), arrival.nanos());
    }
    Recorder.drain(engine);
    return recorder.lines;
  }

  private static EngineLimits tight(Random random) {
    return new EngineLimits(
        1 + random.nextInt(6), 8 + random.nextInt(40), BLOCK_TOKENS, 20 + random.nextInt(30), 64);
  }

  private static List<Arrival> arrivals(Random random, EngineLimits limits) {
    List<Arrival> arrivals = new ArrayList<>();
    long nanos = 0;
    for (int i = 0; i < 20; i++) {
      nanos += random.nextInt(3) == 0 ? 0 : random.nextInt(3_000_000);
      arrivals.add(new Arrival(work(random, limits), nanos));
    }
    return arrivals;
  }

  /** Prompts over an alphabet of two tokens, so that prefixes are often shared. */
  private static Work work(Random random, EngineLimits limits) {
    int output = 1 + random.nextInt(12);
    int most = (int) Math.min(50, limits.maxSequenceTokens() - output);
    int prompt = 1 + random.nextInt(most);
    int[] tokens = new int[prompt + output];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = i % BLOCK_TOKENS == 0 ? random.nextInt(2) : 0;
    }
    return Work.generate(prompt, output, PrefixHashes.of(tokens, tokens.length, BLOCK_TOKENS, 1));
  }
}
