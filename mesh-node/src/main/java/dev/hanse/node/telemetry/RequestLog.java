package dev.hanse.node.telemetry;

import dev.hanse.node.edge.EdgeObserver;
import dev.hanse.node.routing.Placed;
import dev.hanse.node.serving.ServingRequest;
import dev.hanse.node.serving.TraceContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One line for each request, where it ends: key-values, and nothing of prompt, completion or key.
 * In front of another observer, which hears everything as well.
 */
public record RequestLog(EdgeObserver next, System.Logger log) implements EdgeObserver {
  @Override
  public Observation started(Arrival arrival) {
    Observation observed = next.started(arrival);
    return log.isLoggable(System.Logger.Level.INFO) ? new Line(arrival, observed) : observed;
  }

  private final class Line implements Observation {
    private final Arrival arrival;
    private final Observation observed;
    private final long startedNanos = System.nanoTime();
    private long firstChunkNanos;
    private @Nullable ServingRequest request;
    private @Nullable Placed placed;

    Line(Arrival arrival, Observation observed) {
      this.arrival = arrival;
      this.observed = observed;
    }

    @Override
    public TraceContext trace(TraceContext client) {
      return observed.trace(client);
    }

    @Override
    public void admitted(ServingRequest admitted) {
      request = admitted;
      observed.admitted(admitted);
    }

    @Override
    public void placed(Placed chosen) {
      placed = chosen;
      observed.placed(chosen);
    }

    @Override
    public void firstChunk() {
      firstChunkNanos = System.nanoTime();
      observed.firstChunk();
    }

    @Override
    public void ended(Ending ending) {
      observed.ended(ending);
      StringBuilder line = new StringBuilder(256);
      put(line, "request", arrival.requestId());
      put(line, "route", arrival.route());
      put(line, "result", ending.result().name().toLowerCase(Locale.ROOT));
      put(line, "status", Integer.toString(ending.status()));
      put(line, "code", ending.code());
      ServingRequest admitted = request;
      if (admitted != null) {
        put(line, "tenant", admitted.tenant());
        put(line, "model", admitted.placement().model().value());
      }
      Placed answered = placed;
      if (answered != null) {
        put(line, "node", answered.node().id().toString());
        put(line, "region", answered.node().region().toString());
        var price = answered.price();
        put(
            line,
            "price",
            price.inputMicrosPerMtok()
                + ","
                + price.cachedInputMicrosPerMtok()
                + ","
                + price.outputMicrosPerMtok());
        answered.epoch().ifPresent(epoch -> put(line, "epoch", Long.toString(epoch)));
        var usage = ending.usage();
        long cost =
            price.costMicros(
                usage.promptTokens(), usage.cachedPromptTokens(), usage.completionTokens());
        put(line, "cost_micros", Long.toString(cost));
      }
      put(line, "finish", ending.finishReason());
      put(line, "prompt_tokens", Long.toString(ending.usage().promptTokens()));
      put(line, "cached_tokens", Long.toString(ending.usage().cachedPromptTokens()));
      put(line, "completion_tokens", Long.toString(ending.usage().completionTokens()));
      if (firstChunkNanos != 0) {
        put(line, "first_chunk_ms", millis(firstChunkNanos));
      }
      put(line, "ms", millis(System.nanoTime()));
      log.log(System.Logger.Level.INFO, line.toString());
    }

    private String millis(long nanos) {
      return Long.toString((nanos - startedNanos) / 1_000_000);
    }

    /** Values with anything but plain characters are quoted, so that one request stays one line. */
    private static void put(StringBuilder line, String key, String value) {
      if (value.isEmpty()) {
        return;
      }
      if (!line.isEmpty()) {
        line.append(' ');
      }
      line.append(key).append('=');
      if (value.chars().allMatch(c -> c > ' ' && c < 127 && c != '"' && c != '=')) {
        line.append(value);
      } else {
        line.append('"').append(value.replaceAll("[^ -~]|[\"\\\\]", "?")).append('"');
      }
    }
  }
}
