package dev.hanse.node.serving;

import dev.hanse.node.routing.Placed;
import dev.hanse.provider.Completion;
import dev.hanse.provider.ProviderFailure;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client: keeps what it hears, and insists on the order the port promises. */
public final class HeardAnswer implements ServingListener {
  public final List<String> chunks = new ArrayList<>();
  public @Nullable Placed placed;
  public @Nullable Completion completion;
  public @Nullable ProviderFailure failure;

  public boolean isOver() {
    return completion != null || failure != null;
  }

  @Override
  public void onPlaced(Placed chosen) {
    check(placed == null && chunks.isEmpty(), "placed twice or late");
    placed = chosen;
  }

  @Override
  public void onChunk(Buffer json) {
    check(placed != null, "a chunk before its placement");
    chunks.add(json.toString());
  }

  @Override
  public void onEnd(Completion ended) {
    check(placed != null, "an end before its placement");
    completion = ended;
  }

  @Override
  public void onFailure(ProviderFailure failed) {
    check(true, "");
    failure = failed;
  }

  private void check(boolean inOrder, String what) {
    if (isOver()) {
      throw new AssertionError("heard something after the end");
    }
    if (!inOrder) {
      throw new AssertionError(what);
    }
  }
}
