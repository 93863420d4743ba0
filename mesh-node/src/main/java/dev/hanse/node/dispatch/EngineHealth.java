package dev.hanse.node.dispatch;

import dev.hanse.node.serving.Alarms;
import dev.hanse.provider.EngineStatus;
import dev.hanse.provider.Provider;
import io.vertx.core.AsyncResult;
import java.time.Duration;
import java.util.Objects;

/**
 * Asks one engine every second whether it would take a request. Three refusals or silences in a row
 * make it unhealthy, two good answers make it healthy again; the very first good answer is enough.
 *
 * <p>Threads: probes run on the event loop that started them; the results are read from any.
 */
final class EngineHealth {
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration ANSWER_WITHIN = Duration.ofMillis(800);
  private static final int BAD_IN_A_ROW = 3;
  private static final int GOOD_IN_A_ROW = 2;
  private static final EngineStatus UNKNOWN = new EngineStatus(0, 0);

  private final Provider provider;
  private final Alarms alarms;
  private volatile boolean healthy;
  private volatile EngineStatus status = UNKNOWN;
  private boolean everHealthy;
  private int bad;
  private int good;
  private boolean stopped;
  private Alarms.Alarm next = Alarms.Alarm.NONE;
  private int probe;

  EngineHealth(Provider provider, Alarms alarms) {
    this.provider = provider;
    this.alarms = alarms;
  }

  /** Probes now and from now on. */
  void start() {
    stopped = false;
    probe();
  }

  void stop() {
    stopped = true;
    next.cancel();
  }

  boolean isHealthy() {
    return healthy;
  }

  /** Its last good answer. */
  EngineStatus status() {
    return status;
  }

  private void probe() {
    int asked = ++probe;
    next = alarms.after(ANSWER_WITHIN, () -> judge(asked, false));
    var _ = provider.status().onComplete(answer -> onAnswer(asked, answer));
  }

  private void onAnswer(int asked, AsyncResult<EngineStatus> answer) {
    if (asked == probe && answer.succeeded()) {
      status = Objects.requireNonNull(answer.result());
    }
    judge(asked, answer.succeeded());
  }

  /** The first verdict on a probe counts; a late answer to one that was given up does not. */
  private void judge(int asked, boolean answered) {
    if (stopped || asked != probe) {
      return;
    }
    probe++;
    next.cancel();
    good = answered ? good + 1 : 0;
    bad = answered ? 0 : bad + 1;
    if (good >= (everHealthy ? GOOD_IN_A_ROW : 1)) {
      everHealthy = true;
      healthy = true;
    } else if (bad >= BAD_IN_A_ROW) {
      healthy = false;
    }
    next = alarms.after(EVERY, this::probe);
  }
}
