package dev.hanse.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.provider.Operation;
import dev.hanse.provider.http.MalformedAnswer;
import dev.hanse.seeds.Seeds;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;

class SplicePropertyTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String[] NAMES = {
    "messages", "seed", "usage", "choices", "x", "é", "a b", "mod\\\\el", "\\u00fc", "tools"
  };

  @Seeds(tries = 300)
  void theSplicedBodyIsTheOriginalButForWhatIsReplaced(long seed) throws Exception {
    String body = object(new Random(seed), 0);

    String spliced =
        BodySplice.of(Buffer.buffer(body), Operation.CHAT, "m", true).body().toString();

    ObjectNode expected = (ObjectNode) JSON.readTree(body);
    expected.put("model", "m").put("stream", true);
    expected.putObject("stream_options").put("include_usage", true);
    assertThat(JSON.readTree(spliced)).isEqualTo(expected);
    assertThat(spliced).doesNotContain("\n").doesNotContain("\r");
  }

  @Seeds(tries = 300)
  void aChunkWithoutUsageIsTheOriginalWithoutIt(long seed) throws Exception {
    Random random = new Random(seed);
    String before = members(random, "a");
    String after = members(random, "b");
    String chunk =
        "{"
            + before
            + (before.isEmpty() ? "" : ",")
            + "\"usage\" : null"
            + (after.isEmpty() ? "" : ",")
            + after
            + "}";

    String cleaned =
        new ChunkScan(chunk.getBytes(StandardCharsets.UTF_8)).withoutUsage().toString();

    JsonNode expected = ((ObjectNode) JSON.readTree(chunk)).without("usage");
    assertThat(JSON.readTree(cleaned)).isEqualTo(expected);
  }

  @Seeds(tries = 400)
  void hostileBytesLeadToATypedFailureOrToValidJson(long seed) throws IOException {
    Random random = new Random(seed);
    byte[] bytes = object(random, 0).getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 1 + random.nextInt(4); i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }

    try {
      Buffer spliced = BodySplice.of(Buffer.buffer(bytes), Operation.CHAT, "m", true).body();
      assertThat(JSON.readTree(spliced.getBytes()).path("model").asText()).isEqualTo("m");
    } catch (MalformedAnswer typed) {
      assertThat(typed).hasNoCause();
    }
    try {
      Buffer cleaned = new ChunkScan(bytes).withoutUsage();
      assertThat(JSON.readTree(cleaned.getBytes()).has("usage")).isFalse();
    } catch (MalformedAnswer typed) {
      assertThat(typed).hasNoCause();
    }
  }

  private static String members(Random random, String prefix) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < random.nextInt(4); i++) {
      out.append(i == 0 ? "" : ",").append('"').append(prefix).append(i).append("\":");
      out.append(value(random, 1));
    }
    return out.toString();
  }

  private static String object(Random random, int depth) {
    StringBuilder out = new StringBuilder("{");
    int first = random.nextInt(NAMES.length);
    int size = random.nextInt(5);
    for (int i = 0; i < size; i++) {
      // Distinct names, so that the expectation's last-one-wins does not hide a loss.
      String name = NAMES[(first + i) % NAMES.length];
      out.append(i == 0 ? space(random) : "," + space(random));
      out.append('"').append(name).append('"').append(space(random)).append(':');
      boolean structured = depth == 0 && (name.equals("choices") || name.equals("usage"));
      out.append(space(random)).append(structured ? "null" : value(random, depth + 1));
    }
    return out.append(space(random)).append('}').toString();
  }

  private static String value(Random random, int depth) {
    return switch (random.nextInt(depth > 4 ? 6 : 8)) {
      case 0 -> "null";
      case 1 -> "" + random.nextLong();
      case 2 -> random.nextInt(1000) + "." + random.nextInt(1000) + "e-" + random.nextInt(9);
      case 3 -> "\"\"";
      case 4 -> "\"q\\\"\\\\ \\u00e9 é 😀 , } ] :\"";
      case 5 -> random.nextBoolean() ? "true" : "false";
      case 6 ->
          "[" + value(random, depth + 1) + space(random) + "," + value(random, depth + 1) + "]";
      default -> object(random, depth);
    };
  }

  private static String space(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> " ";
      case 1 -> "\n\t";
      default -> "";
    };
  }
}
