package dev.hanse.provider.openai;

import dev.hanse.provider.EngineStatus;
import java.util.Set;

/**
 * Reads an engine's load from its Prometheus page, as far as it is there. Pure.
 *
 * <p>Names: vLLM {@code vllm:kv_cache_usage_perc} (before 0.9 {@code vllm:gpu_cache_usage_perc})
 * and {@code vllm:num_requests_waiting}; SGLang {@code sglang:token_usage} and {@code
 * sglang:num_queue_reqs}; llama.cpp {@code llamacpp:kv_cache_usage_ratio} and {@code
 * llamacpp:requests_deferred}; TGI {@code tgi_queue_size}. Shares are 0 to 1 in all of them.
 */
final class EngineGauges {
  private static final Set<String> KV_SHARE =
      Set.of(
          "vllm:kv_cache_usage_perc",
          "vllm:gpu_cache_usage_perc",
          "sglang:token_usage",
          "llamacpp:kv_cache_usage_ratio");
  private static final Set<String> WAITING =
      Set.of(
          "vllm:num_requests_waiting",
          "sglang:num_queue_reqs",
          "llamacpp:requests_deferred",
          "tgi_queue_size");

  private EngineGauges() {}

  /** The fullest KV cache of the page's workers, and the sum of their queues. */
  static EngineStatus read(String page) {
    double share = 0;
    double waiting = 0;
    for (String line : page.lines().toList()) {
      int nameEnd = nameEnd(line);
      String name = line.substring(0, nameEnd);
      if (KV_SHARE.contains(name)) {
        share = Math.max(share, Math.clamp(value(line), 0, 1));
      } else if (WAITING.contains(name)) {
        waiting += Math.clamp(value(line), 0, 1_000_000);
      }
    }
    return new EngineStatus(
        (int) Math.round(share * 1000), (int) Math.min(waiting, Integer.MAX_VALUE));
  }

  private static int nameEnd(String line) {
    for (int i = 0; i < line.length(); i++) {
      if (line.charAt(i) == '{' || line.charAt(i) == ' ') {
        return i;
      }
    }
    return line.length();
  }

  /** The value after the labels; a timestamp may follow. Zero where it cannot be read. */
  private static double value(String line) {
    int labelsEnd = line.lastIndexOf('}');
    String rest = line.substring(labelsEnd >= 0 ? labelsEnd + 1 : nameEnd(line)).strip();
    int space = rest.indexOf(' ');
    try {
      double value = Double.parseDouble(space < 0 ? rest : rest.substring(0, space));
      return Double.isNaN(value) ? 0 : value;
    } catch (NumberFormatException notANumber) {
      return 0;
    }
  }
}
