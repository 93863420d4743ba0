package dev.hanse.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hanse.provider.simulated.answer.QuestionReader;
import dev.hanse.provider.simulated.answer.Tokens;
import dev.hanse.seeds.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class PromptTextPropertyTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Seeds
  void hasAsManyTokensAsTheTraceSays(long seed) throws Exception {
    Random random = new Random(seed);
    int tokensPerBlock = 4 + random.nextInt(60);
    int input = 3 + random.nextInt(400);

    int withIds = tokens(request(random, 1, input, tokensPerBlock), tokensPerBlock).size();
    int withoutIds =
        tokens(new TraceRequest(9, Duration.ZERO, input, 1, List.of()), tokensPerBlock).size();

    assertThat(withIds).isEqualTo(input);
    assertThat(withoutIds).isEqualTo(input);
  }

  @Seeds
  void sharesExactlyTheTextOfEqualLeadingBlocks(long seed) {
    Random random = new Random(seed);
    int tokensPerBlock = 4 + random.nextInt(60);
    TraceRequest one = request(random, 1, 3 + random.nextInt(400), tokensPerBlock);
    TraceRequest other = request(random, 2, 3 + random.nextInt(400), tokensPerBlock);
    int common = 0;
    while (common < Math.min(one.blockIds().size(), other.blockIds().size())
        && one.blockIds().get(common).equals(other.blockIds().get(common))) {
      common++;
    }

    String first = text(one, tokensPerBlock);
    String second = text(other, tokensPerBlock);

    int shared = Math.min(Math.min(first.length(), second.length()), common * tokensPerBlock * 4);
    assertThat(first.substring(0, shared)).isEqualTo(second.substring(0, shared));
    // The next block, if both have one, differs within its first 16 characters: the id.
    int next = shared + 16;
    if (common < one.blockIds().size()
        && common < other.blockIds().size()
        && first.length() >= next
        && second.length() >= next) {
      assertThat(first.substring(shared, next)).isNotEqualTo(second.substring(shared, next));
    }
  }

  @Seeds(tries = 20)
  void sharesNothingWhereTheTraceNamesNoBlocks(long seed) {
    Random random = new Random(seed);
    long line = 1L + random.nextInt(1 << 20);
    TraceRequest one = new TraceRequest(line, Duration.ZERO, 100, 1, List.of());
    TraceRequest other = new TraceRequest(line + 1, Duration.ZERO, 100, 1, List.of());

    assertThat(text(one, 16).substring(0, 16)).isNotEqualTo(text(other, 16).substring(0, 16));
    assertThat(text(one, 16)).isEqualTo(text(one, 16)).matches("[a-z0-9 ]+");
  }

  /** A request whose ids come from an alphabet of two, so that prefixes are often shared. */
  private static TraceRequest request(Random random, long line, int input, int tokensPerBlock) {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < Math.ceilDiv(input, tokensPerBlock); i++) {
      ids.add(i * 2L + random.nextInt(2));
    }
    return new TraceRequest(line, Duration.ZERO, input, 1, ids);
  }

  private static String text(TraceRequest request, int tokensPerBlock) {
    return new PromptText(tokensPerBlock).of(request).toString();
  }

  private static Tokens tokens(TraceRequest request, int tokensPerBlock) throws Exception {
    JsonNode body =
        JSON.readTree(
            "{\"messages\":[{\"role\":\"user\",\"content\":\""
                + text(request, tokensPerBlock)
                + "\"}]}");
    return new QuestionReader(10_000, "m", 0).chat(body).prompts().getFirst().tokens();
  }
}
