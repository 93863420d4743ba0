package dev.hanse.provider.simulated.batching;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How fast a simulated GPU is, and how much KV cache it has. A model, not a measurement.
 *
 * <p>The named profiles are rooflines drawn from the vendors' data sheets [1–5] for one dense model
 * of 8.03 billion parameters with 8-bit weights and an 8-bit KV cache (the shape of Llama 3.1 8B
 * [6]: 32 layers, 8 KV heads of 128): prefill is bound by arithmetic at 40 % of the dense BF16 peak
 * (two operations per parameter and token), decode by memory at 70 % of the peak bandwidth (all
 * weights once per step, each sequence's KV cache once per token). 90 % of the memory is used.
 * Attention's quadratic part, tensor parallelism and speculative decoding are left out.
 *
 * <ol>
 *   <li>NVIDIA H100 SXM data sheet: 989 TFLOPS, 3.35 TB/s, 80 GB
 *   <li>NVIDIA A100 80 GB SXM data sheet: 312 TFLOPS, 2.039 TB/s, 80 GB
 *   <li>NVIDIA L40S data sheet: 362 TFLOPS, 0.864 TB/s, 48 GB
 *   <li>NVIDIA Ada architecture white paper, GeForce RTX 4090: 165 TFLOPS, 1.008 TB/s, 24 GB
 *   <li>AMD Instinct MI300X data sheet: 1307 TFLOPS, 5.3 TB/s, 192 GB
 *   <li>Grattafiori et al., "The Llama 3 Herd of Models", 2024, table 3
 * </ol>
 *
 * @param name lower-case, as in {@code system_fingerprint}
 * @param prefillTokensPerSecond prompt tokens computed in a second; above zero
 * @param stepOverheadNanos of every step: scheduling, kernel launches, sampling; 0 or more
 * @param decodeStepNanos of a step in which any sequence decodes: reading the weights; 0 or more
 * @param decodeSequenceNanos of each decoding sequence in a step; 0 or more
 * @param contextTokensPerSecond KV entries read in a second while decoding; above zero
 * @param kvTokens the KV cache's capacity; above zero
 */
public record GpuProfile(
    String name,
    double prefillTokensPerSecond,
    long stepOverheadNanos,
    long decodeStepNanos,
    long decodeSequenceNanos,
    double contextTokensPerSecond,
    int kvTokens) {

  private static final double PARAMETERS = 8.03e9;
  private static final double KV_BYTES_PER_TOKEN = 2.0 * 32 * 8 * 128;
  private static final double ARITHMETIC_UTILISATION = 0.4;
  private static final double BANDWIDTH_UTILISATION = 0.7;
  private static final double MEMORY_UTILISATION = 0.9;
  private static final long STEP_OVERHEAD_NANOS = 1_500_000;
  private static final long SEQUENCE_NANOS = 20_000;
  private static final double NANOS_PER_SECOND = 1e9;

  public static final GpuProfile H100 = roofline("h100", 989, 3.35, 80);
  public static final GpuProfile A100 = roofline("a100", 312, 2.039, 80);
  public static final GpuProfile L40S = roofline("l40s", 362, 0.864, 48);
  public static final GpuProfile RTX4090 = roofline("rtx4090", 165, 1.008, 24);
  public static final GpuProfile MI300X = roofline("mi300x", 1307, 5.3, 192);

  public GpuProfile {
    if (!name.matches("[a-z0-9][a-z0-9-]{0,31}")) {
      throw new IllegalArgumentException(
          "profile name must be 1 to 32 of a-z, 0-9 and -, was " + name);
    }
    if (!(prefillTokensPerSecond > 0) || !(contextTokensPerSecond > 0)) {
      throw new IllegalArgumentException(
          "rates must be above zero, were "
              + prefillTokensPerSecond
              + " and "
              + contextTokensPerSecond);
    }
    if (stepOverheadNanos < 0 || decodeStepNanos < 0 || decodeSequenceNanos < 0) {
      throw new IllegalArgumentException("times must not be negative");
    }
    if (kvTokens < 1) {
      throw new IllegalArgumentException("kvTokens must be above zero, was " + kvTokens);
    }
  }

  /** The named profiles. */
  public static List<GpuProfile> all() {
    return List.of(H100, A100, L40S, RTX4090, MI300X);
  }

  /**
   * The profile of that name, in any case.
   *
   * @throws IllegalArgumentException naming the known profiles, when there is none
   */
  public static GpuProfile named(String name) {
    String wanted = name.toLowerCase(Locale.ROOT);
    return all().stream()
        .filter(profile -> profile.name.equals(wanted))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "unknown GPU profile "
                    + name
                    + "; known are "
                    + all().stream().map(GpuProfile::name).collect(Collectors.joining(", "))));
  }

  /**
   * How long one step takes.
   *
   * @param prefillTokens prompt tokens computed in it
   * @param decoding sequences that produce a token without prefill
   * @param contextTokens KV entries those sequences read
   */
  public long stepNanos(int prefillTokens, int decoding, long contextTokens) {
    double nanos = stepOverheadNanos + prefillTokens / prefillTokensPerSecond * NANOS_PER_SECOND;
    if (decoding > 0) {
      nanos +=
          decodeStepNanos
              + (double) decoding * decodeSequenceNanos
              + contextTokens / contextTokensPerSecond * NANOS_PER_SECOND;
    }
    // Never zero: a step without duration would let virtual time stand still.
    return Math.max(1, Math.round(nanos));
  }

  private static GpuProfile roofline(
      String name, double teraflops, double terabytesPerSecond, double gigabytes) {
    double bandwidth = terabytesPerSecond * 1e12 * BANDWIDTH_UTILISATION;
    return new GpuProfile(
        name,
        teraflops * 1e12 * ARITHMETIC_UTILISATION / (2 * PARAMETERS),
        STEP_OVERHEAD_NANOS,
        Math.round(PARAMETERS / bandwidth * NANOS_PER_SECOND),
        SEQUENCE_NANOS,
        bandwidth / KV_BYTES_PER_TOKEN,
        (int) ((gigabytes * 1e9 * MEMORY_UTILISATION - PARAMETERS) / KV_BYTES_PER_TOKEN));
  }
}
