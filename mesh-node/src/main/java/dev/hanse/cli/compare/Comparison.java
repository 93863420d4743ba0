package dev.hanse.cli.compare;

import dev.hanse.cli.replay.PrefixBound;
import dev.hanse.cli.replay.TraceRequest;
import dev.hanse.provider.simulated.batching.GpuProfile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One trace over one fleet under several policies.
 *
 * @param offeredLoad prompt tokens that arrive in a second over those the fleet can compute, before
 *     any is found cached; 0 where all requests arrive at once
 * @param bound what one cache of the whole world would find
 */
record Comparison(
    List<Server> servers,
    int requests,
    double speed,
    long seed,
    double offeredLoad,
    PrefixBound bound,
    List<Entry> entries) {
  Comparison {
    servers = List.copyOf(servers);
    entries = List.copyOf(entries);
  }

  /** One policy's part. */
  record Entry(PolicyName policy, List<Row> rows, Outcome outcome, long refusals) {
    Entry {
      rows = List.copyOf(rows);
    }
  }

  /**
   * How to compare.
   *
   * @param tokensPerBlock tokens one of the trace's names stands for; a multiple of {@value
   *     Prompt#BLOCK_TOKENS}
   */
  record Plan(
      int nodes,
      List<GpuProfile> gpus,
      List<PolicyName> policies,
      double speed,
      long seed,
      int tokensPerBlock) {
    private static final int MOST_NODES = 1000;

    Plan {
      gpus = List.copyOf(gpus);
      policies = List.copyOf(policies);
      if (nodes < 1 || nodes > MOST_NODES) {
        throw new IllegalArgumentException("--nodes must be 1 to " + MOST_NODES + ", was " + nodes);
      }
      if (!(speed > 0) || Double.isInfinite(speed)) {
        throw new IllegalArgumentException("--speed must be above 0, was " + speed);
      }
      if (tokensPerBlock < Prompt.BLOCK_TOKENS || tokensPerBlock % Prompt.BLOCK_TOKENS != 0) {
        throw new IllegalArgumentException(
            "--tokens-per-block must be a multiple of "
                + Prompt.BLOCK_TOKENS
                + ", was "
                + tokensPerBlock);
      }
    }
  }

  /**
   * Runs every policy over the whole trace.
   *
   * @throws IllegalArgumentException for a request no node could ever hold
   */
  static Comparison of(List<TraceRequest> requests, Plan plan) {
    List<Server> servers = Fleet.of(plan.nodes(), plan.gpus(), plan.seed());
    checkLengths(requests, servers);
    List<Prompt> prompts =
        requests.stream()
            .map(request -> Prompt.of(request, plan.speed(), plan.tokensPerBlock()))
            .toList();
    List<Prompt> byLine = prompts.stream().sorted(Comparator.comparingLong(Prompt::line)).toList();
    List<Entry> entries = new ArrayList<>();
    for (PolicyName name : plan.policies()) {
      Simulation.Run run =
          Simulation.of(servers, prompts, name.create(servers, plan.seed()), plan.tokensPerBlock());
      Outcome outcome = Outcome.of(run.rows(), byLine, servers.size(), plan.tokensPerBlock());
      entries.add(new Entry(name, run.rows(), outcome, run.refusals()));
    }
    return new Comparison(
        servers,
        requests.size(),
        plan.speed(),
        plan.seed(),
        offeredLoad(prompts, servers),
        PrefixBound.of(requests, plan.tokensPerBlock()),
        entries);
  }

  private static void checkLengths(List<TraceRequest> requests, List<Server> servers) {
    long most =
        servers.stream()
            .mapToLong(server -> Simulation.limitsOf(server.gpu()).maxSequenceTokens())
            .min()
            .orElseThrow();
    for (TraceRequest request : requests) {
      long length = (long) request.inputTokens() + request.outputTokens();
      if (length > most) {
        throw new IllegalArgumentException(
            "line "
                + request.line()
                + ": input and output length are "
                + length
                + " tokens together, but the smallest node holds "
                + most);
      }
    }
  }

  private static double offeredLoad(List<Prompt> prompts, List<Server> servers) {
    double seconds = (prompts.getLast().arrivalNanos() - prompts.getFirst().arrivalNanos()) / 1e9;
    double tokens = prompts.stream().mapToLong(Prompt::inputTokens).sum();
    double perSecond =
        servers.stream().mapToDouble(server -> server.gpu().prefillTokensPerSecond()).sum();
    return seconds == 0 ? 0 : tokens / seconds / perSecond;
  }

  /** Whether no other policy is better in both latency and cost. */
  boolean isOnFrontier(Entry entry) {
    return entries.stream().noneMatch(other -> other.outcome().dominates(entry.outcome()));
  }
}
