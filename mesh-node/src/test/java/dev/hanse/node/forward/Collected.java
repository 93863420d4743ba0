package dev.hanse.node.forward;

import static java.util.Objects.requireNonNull;

import dev.hanse.node.routing.Placed;
import dev.hanse.node.serving.ServingListener;
import dev.hanse.provider.Completion;
import dev.hanse.provider.ProviderFailure;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What a client heard, readable from a test thread. */
final class Collected implements ServingListener {
  final List<String> chunks = new CopyOnWriteArrayList<>();
  final AtomicInteger ends = new AtomicInteger();
  volatile @Nullable Placed placed;
  volatile @Nullable Completion completion;
  volatile @Nullable ProviderFailure failure;

  boolean isOver() {
    return ends.get() > 0;
  }

  ProviderFailure heardFailure() {
    return requireNonNull(failure);
  }

  @Override
  public void onPlaced(Placed chosen) {
    placed = chosen;
  }

  @Override
  public void onChunk(Buffer json) {
    chunks.add(json.toString());
  }

  @Override
  public void onEnd(Completion ended) {
    completion = ended;
    ends.incrementAndGet();
  }

  @Override
  public void onFailure(ProviderFailure failed) {
    failure = failed;
    ends.incrementAndGet();
  }
}
