package dev.hanse.node.edge.body;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.api.Operation;
import dev.hanse.api.config.StrictYaml;
import dev.hanse.seeds.Seeds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** What holds for bodies nobody thought of. */
final class BodyReaderPropertyTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String[] SPACES = {"", " ", "\n\t", "\r\n  "};
  private static final String[] VALUES = {
    "1.50",
    "-0",
    "true",
    "null",
    "\"é\\n\\u00e9\"",
    "[]",
    "[1,[2,{}]]",
    "{\"a\":{\"hanse\":1}}",
    "\"}\""
  };

  private final BodyReader reader =
      new BodyReader(StrictYaml.read("", BodyLimits.class, Map.of(), Map.of()));

  @Seeds(tries = 500)
  void takesOutTheExtensionAndNothingElse(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    List<String> fields = new ArrayList<>();
    fields.add("\"model\":\"m\"");
    fields.add("\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]");
    for (int i = random.nextInt(6); i > 0; i--) {
      fields.add(random.nextInt(fields.size() + 1) % fields.size(), field("f" + i, random));
    }
    List<String> without = new ArrayList<>(fields);
    fields.add(
        random.nextInt(fields.size() + 1), "\"hanse\":" + space(random) + "{\"max_price\":1}");

    ClientBody body = accepted(join(fields, random));

    ObjectNode left = (ObjectNode) JSON.readTree(body.json().getBytes());
    assertThat(left).isEqualTo(JSON.readTree(join(without, random)));
    assertThat(left.has("hanse")).isFalse();
  }

  @Seeds(tries = 2000)
  void answersEveryDamagedBody(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] body =
        ("{\"model\":\"m\",\"hanse\":{\"max_price\":{\"input\":1}},\"stream\":true,\"max_tokens\":5,"
                + "\"tools\":[{\"type\":\"function\"}],\"stop\":[\"a\"],\"messages\":[{\"role\":"
                + "\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Grüße\"}]}]}")
            .getBytes(StandardCharsets.UTF_8);
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      body[random.nextInt(body.length)] =
          random.nextBoolean()
              ? (byte) random.nextInt()
              : (byte) "{}[]\",:0".charAt(random.nextInt(8));
    }

    BodyReading reading = reader.read(Operation.CHAT, body, "tenant", Map.of());

    if (reading instanceof BodyReading.Accepted(var accepted)) {
      assertThat(JSON.readTree(accepted.json().getBytes()).isObject()).isTrue();
    }
  }

  private ClientBody accepted(String body) {
    BodyReading reading =
        reader.read(Operation.CHAT, body.getBytes(StandardCharsets.UTF_8), "tenant", Map.of());
    assertThat(reading).as(body).isInstanceOf(BodyReading.Accepted.class);
    return ((BodyReading.Accepted) reading).body();
  }

  private static String field(String name, SplittableRandom random) {
    return "\"" + name + "\"" + space(random) + ":" + VALUES[random.nextInt(VALUES.length)];
  }

  private static String join(List<String> fields, SplittableRandom random) {
    StringBuilder text = new StringBuilder("{");
    for (String field : fields) {
      text.append(text.length() > 1 ? "," : "").append(space(random));
      text.append(field).append(space(random));
    }
    return text.append("}").toString();
  }

  private static String space(SplittableRandom random) {
    return SPACES[random.nextInt(SPACES.length)];
  }
}
