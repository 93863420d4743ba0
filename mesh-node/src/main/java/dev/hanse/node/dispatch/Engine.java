package dev.hanse.node.dispatch;

import dev.hanse.api.ModelId;
import dev.hanse.provider.Provider;
import java.util.Map;

/**
 * An engine of this node.
 *
 * @param models what it serves: the mesh's name of each model, and the engine's own
 */
public record Engine(Provider provider, Map<ModelId, String> models) {
  public Engine {
    models = Map.copyOf(models);
  }
}
