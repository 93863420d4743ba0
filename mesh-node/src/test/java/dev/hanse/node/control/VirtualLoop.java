package dev.hanse.node.control;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Time that passes when the test says so. */
final class VirtualLoop implements Loop {
  private final List<Due> due = new ArrayList<>();
  private long nowMillis;

  private record Due(long atMillis, long order, Runnable task) {}

  private long order;

  @Override
  public void run(Runnable task) {
    task.run();
  }

  @Override
  public <T> Future<T> blocking(Callable<T> task) {
    try {
      return Future.succeededFuture(task.call());
    } catch (Exception failed) {
      return Future.failedFuture(failed);
    }
  }

  @Override
  public Runnable after(Duration delay, Runnable task) {
    Due entry = new Due(nowMillis + delay.toMillis(), order++, task);
    due.add(entry);
    return () -> due.remove(entry);
  }

  void pass(Duration duration) {
    long untilMillis = nowMillis + duration.toMillis();
    for (Optional<Due> next = next(untilMillis); next.isPresent(); next = next(untilMillis)) {
      due.remove(next.get());
      nowMillis = next.get().atMillis();
      next.get().task().run();
    }
    nowMillis = untilMillis;
  }

  int pending() {
    return due.size();
  }

  private Optional<Due> next(long untilMillis) {
    return due.stream()
        .filter(entry -> entry.atMillis() <= untilMillis)
        .min(Comparator.comparingLong(Due::atMillis).thenComparingLong(Due::order));
  }
}
