package dev.hanse.cli.compare;

import dev.hanse.provider.simulated.batching.BatchEngine;
import dev.hanse.provider.simulated.batching.BatchListener;
import dev.hanse.provider.simulated.batching.EngineLimits;
import dev.hanse.provider.simulated.batching.GpuProfile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;

/**
 * One trace, one fleet, one policy, in virtual time: every event in order, nothing at random but
 * what the policy draws. Networks cost no time, nodes never fail, and their queues have no end, so
 * that what a policy overloads shows as latency and not as errors.
 */
final class Simulation {
  private static final long BEAT_NANOS = 500_000_000;
  private static final long RETRY_NANOS = 1_000_000_000;
  private static final long NEVER = Long.MAX_VALUE;

  /** What a request is expected to write, for a node's report: as dispatch counts it. */
  private static final int EXPECTED_OUTPUT_TOKENS = 512;

  private final List<Server> servers;
  private final Policy policy;
  private final int tokensPerBlock;
  private final Gauges gauges;
  private final List<Node> nodes = new ArrayList<>();
  private final PriorityQueue<Arrival> arrivals =
      new PriorityQueue<>(
          Comparator.comparingLong(Arrival::nanos).thenComparingLong(Arrival::order));
  private final List<Row> rows = new ArrayList<>();
  private int unfinished;
  private long order;
  private long refusals;

  private record Arrival(long nanos, long order, Prompt prompt) {}

  /**
   * What a run gave.
   *
   * @param rows by request
   * @param refusals how often a request was told to come back
   */
  record Run(List<Row> rows, long refusals) {
    Run {
      rows = List.copyOf(rows);
    }
  }

  private Simulation(List<Server> servers, Policy policy, int tokensPerBlock) {
    this.servers = servers;
    this.policy = policy;
    this.tokensPerBlock = tokensPerBlock;
    this.gauges = new Gauges(servers.size());
    for (int i = 0; i < servers.size(); i++) {
      nodes.add(new Node(i, servers.get(i).gpu()));
    }
  }

  static EngineLimits limitsOf(GpuProfile gpu) {
    EngineLimits usual = EngineLimits.of(gpu);
    return new EngineLimits(
        usual.maxBatch(),
        usual.stepTokens(),
        Prompt.BLOCK_TOKENS,
        Math.max(1, gpu.kvTokens() / Prompt.BLOCK_TOKENS),
        Integer.MAX_VALUE - usual.maxBatch());
  }

  static Run of(List<Server> servers, List<Prompt> prompts, Policy policy, int tokensPerBlock) {
    return new Simulation(servers, policy, tokensPerBlock).run(prompts);
  }

  private Run run(List<Prompt> prompts) {
    prompts.forEach(prompt -> arrive(prompt, prompt.arrivalNanos()));
    unfinished = prompts.size();
    long nextBeat = BEAT_NANOS;
    while (unfinished > 0) {
      Node busiest = nodes.getFirst();
      long step = NEVER;
      for (Node node : nodes) {
        long nanos = node.nextNanos();
        if (nanos < step) {
          step = nanos;
          busiest = node;
        }
      }
      long arrival = arrivals.isEmpty() ? NEVER : arrivals.peek().nanos();
      if (nextBeat < Math.min(step, arrival)) {
        beat(nextBeat);
        nextBeat += BEAT_NANOS;
      } else if (step <= arrival) {
        busiest.engine.advanceTo(step);
      } else {
        place(arrivals.remove());
      }
    }
    rows.sort(Comparator.comparingLong(Row::request));
    return new Run(rows, refusals);
  }

  private void arrive(Prompt prompt, long nanos) {
    arrivals.add(new Arrival(nanos, order++, prompt));
  }

  private void place(Arrival arrival) {
    int chosen = policy.choose(arrival.prompt(), gauges, arrival.nanos());
    if (chosen == Policy.NOBODY) {
      refusals++;
      arrive(arrival.prompt(), arrival.nanos() + RETRY_NANOS);
      return;
    }
    gauges.placed(chosen);
    nodes.get(chosen).submit(arrival.prompt(), arrival.nanos());
  }

  private void beat(long nanos) {
    policy.beat(nodes.stream().map(Node::workTokens).toList(), nanos);
  }

  /** One request on its node. */
  private static final class Job {
    private final Prompt prompt;
    private int cachedTokens;
    private int generated;
    private long firstTokenNanos;

    Job(Prompt prompt) {
      this.prompt = prompt;
    }

    long workTokens() {
      return generated == 0
          ? (long) prompt.inputTokens() - cachedTokens + EXPECTED_OUTPUT_TOKENS
          : Math.max(1, EXPECTED_OUTPUT_TOKENS - generated);
    }
  }

  /** One node and what runs on it. */
  private final class Node implements BatchListener {
    private final int position;
    private final BatchEngine engine;
    private final Map<Long, Job> jobs = new HashMap<>();

    Node(int position, GpuProfile gpu) {
      this.position = position;
      this.engine = new BatchEngine(gpu, limitsOf(gpu), this);
    }

    long nextNanos() {
      return engine.nextEventNanos().orElse(NEVER);
    }

    void submit(Prompt prompt, long nanos) {
      OptionalLong sequence = engine.submit(prompt.work(), nanos);
      jobs.put(
          sequence.orElseThrow(() -> new IllegalStateException("an endless queue was full")),
          new Job(prompt));
    }

    long workTokens() {
      return jobs.values().stream().mapToLong(Job::workTokens).sum();
    }

    private Job job(long sequence) {
      Job job = jobs.get(sequence);
      if (job == null) {
        throw new IllegalStateException("the engine speaks of sequence " + sequence);
      }
      return job;
    }

    @Override
    public void onAdmitted(long sequence, int cachedTokens, long nanos) {
      job(sequence).cachedTokens = cachedTokens;
    }

    @Override
    public void onToken(long sequence, int generated, long nanos) {
      Job job = job(sequence);
      job.generated = generated;
      if (generated == 1) {
        job.firstTokenNanos = nanos;
        policy.started(job.prompt, nanos);
      }
      policy.progressed(job.prompt, generated);
    }

    @Override
    public void onFinished(long sequence, long nanos) {
      Job job = job(sequence);
      jobs.remove(sequence);
      gauges.finished(position);
      unfinished--;
      policy.finished(job.prompt, nanos);
      rows.add(row(job));
    }

    private Row row(Job job) {
      Prompt prompt = job.prompt;
      // An engine shares whole KV blocks only, and computes at least one token.
      boolean all = prompt.inputTokens() - job.cachedTokens <= Prompt.BLOCK_TOKENS;
      return new Row(
          prompt.line(),
          position,
          all && job.cachedTokens > 0
              ? prompt.blocks()
              : Math.min(prompt.blocks(), job.cachedTokens / tokensPerBlock),
          prompt.blocks(),
          Math.round((job.firstTokenNanos - prompt.arrivalNanos()) / 1e3),
          servers
              .get(position)
              .price()
              .costMicros(prompt.inputTokens(), job.cachedTokens, prompt.outputTokens()));
    }
  }
}
