package dev.hanse.provider.simulated;

import dev.hanse.provider.EngineModel;
import dev.hanse.provider.simulated.batching.EngineLimits;
import dev.hanse.provider.simulated.batching.GpuProfile;
import java.util.List;

/**
 * What a simulated engine pretends to be.
 *
 * @param profile the GPU
 * @param limits batch, queue and KV cache
 * @param models at least one; each with a context of at least 1 token
 * @param seed of answers to requests without one; nodes of a mesh share it, so that any of them can
 *     continue another's answer
 * @param timeScale divides every simulated time: 1 is real time, 10 ten times as fast; above zero
 */
public record SimulatedConfig(
    GpuProfile profile,
    EngineLimits limits,
    List<EngineModel> models,
    long seed,
    double timeScale) {
  public SimulatedConfig {
    models = List.copyOf(models);
    if (models.isEmpty()) {
      throw new IllegalArgumentException("a simulated engine has at least one model");
    }
    for (EngineModel model : models) {
      if (model.id().isBlank() || model.contextTokens() < 1) {
        throw new IllegalArgumentException(
            "a simulated model has a name and a context of at least 1 token, was " + model);
      }
    }
    if (!(timeScale > 0) || Double.isInfinite(timeScale)) {
      throw new IllegalArgumentException("timeScale must be above zero, was " + timeScale);
    }
  }

  /** An engine on that GPU with its usual limits, seed 0, in real time. */
  public static SimulatedConfig of(GpuProfile profile, List<EngineModel> models) {
    return new SimulatedConfig(profile, EngineLimits.of(profile), models, 0, 1);
  }

  public SimulatedConfig withLimits(EngineLimits other) {
    return new SimulatedConfig(profile, other, models, seed, timeScale);
  }

  public SimulatedConfig withSeed(long other) {
    return new SimulatedConfig(profile, limits, models, other, timeScale);
  }

  public SimulatedConfig withTimeScale(double other) {
    return new SimulatedConfig(profile, limits, models, seed, other);
  }

  /** Marks every answer as simulated. */
  public String fingerprint() {
    return "hanse-simulated-" + profile.name();
  }

  /** The model's context, cut to what the KV cache can hold at all; 0 for an unknown model. */
  int contextTokens(String model) {
    return models.stream()
        .filter(known -> known.id().equals(model))
        .mapToInt(this::contextTokens)
        .findFirst()
        .orElse(0);
  }

  int contextTokens(EngineModel model) {
    return (int) Math.min(model.contextTokens(), limits.maxSequenceTokens());
  }
}
