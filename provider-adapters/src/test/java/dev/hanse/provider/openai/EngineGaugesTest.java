package dev.hanse.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.provider.EngineStatus;
import org.junit.jupiter.api.Test;

class EngineGaugesTest {
  @Test
  void takesTheFullestCacheAndTheSumOfTheQueues() {
    String page =
        """
        # TYPE vllm:kv_cache_usage_perc gauge
        vllm:kv_cache_usage_perc{engine="0",model_name="a}b"} 0.125
        vllm:kv_cache_usage_perc{engine="1"} 0.5 1700000000000
        vllm:num_requests_waiting{engine="0"} 2.0
        vllm:num_requests_waiting{engine="1"} 3.0
        """;

    assertThat(EngineGauges.read(page)).isEqualTo(new EngineStatus(500, 5));
  }

  @Test
  void readsTheOtherEnginesNames() {
    assertThat(EngineGauges.read("sglang:token_usage 0.2\nsglang:num_queue_reqs 4\n"))
        .isEqualTo(new EngineStatus(200, 4));
    assertThat(EngineGauges.read("llamacpp:kv_cache_usage_ratio 1\nllamacpp:requests_deferred 1\n"))
        .isEqualTo(new EngineStatus(1000, 1));
    assertThat(EngineGauges.read("tgi_queue_size 7")).isEqualTo(new EngineStatus(0, 7));
  }

  @Test
  void isZeroWhereNothingCanBeRead() {
    assertThat(EngineGauges.read("")).isEqualTo(new EngineStatus(0, 0));
    assertThat(
            EngineGauges.read(
                """
                <html>
                vllm:kv_cache_usage_perc{ NaN
                vllm:kv_cache_usage_perc
                vllm:num_requests_waiting -3
                vllm:num_requests_waiting x
                """))
        .isEqualTo(new EngineStatus(0, 0));
  }
}
