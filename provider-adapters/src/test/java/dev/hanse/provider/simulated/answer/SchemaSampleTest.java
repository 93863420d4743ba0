package dev.hanse.provider.simulated.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hanse.seeds.Seeds;
import org.junit.jupiter.api.Test;

class SchemaSampleTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Seeds(tries = 100)
  void conformsToTheBoundsOfEveryType(long seed) throws Exception {
    JsonNode value =
        sample(
            seed,
            """
            {"type":"object","required":["i"],"properties":{
              "i":{"type":"integer","minimum":-3,"exclusiveMaximum":4},
              "x":{"type":"number","exclusiveMinimum":0,"maximum":1},
              "m":{"type":"integer","minimum":10,"multipleOf":7},
              "n":{"type":"number","maximum":-5},
              "s":{"type":"string","minLength":9,"maxLength":10},
              "e":{"enum":["red","green",3]},
              "c":{"const":{"k":true}},
              "a":{"type":"array","items":{"type":"boolean"},"minItems":3,"maxItems":4},
              "o":{"anyOf":[{"type":"string","format":"date"},{"type":"null"}]},
              "r":{"$ref":"#/$defs/p"},
              "t":{"type":["integer","null"]}},
             "$defs":{"p":{"allOf":[{"type":"object","properties":{"u":{"type":"null"}}},
                {"properties":{"v":{"type":"string","format":"uuid"}}}]}}}\
            """);

    assertThat(value.path("i").isIntegralNumber()).isTrue();
    assertThat(value.path("i").intValue()).isBetween(-3, 3);
    assertThat(value.path("x").doubleValue()).isGreaterThan(0).isLessThanOrEqualTo(1);
    assertThat(value.path("m").intValue() % 7).isZero();
    assertThat(value.path("m").intValue()).isGreaterThanOrEqualTo(10);
    assertThat(value.path("n").doubleValue()).isLessThanOrEqualTo(-5);
    assertThat(value.path("s").textValue().length()).isBetween(9, 10);
    assertThat(value.path("e").asText()).isIn("red", "green", "3");
    assertThat(value.path("c").path("k").booleanValue()).isTrue();
    assertThat(value.path("a").size()).isBetween(3, 4);
    assertThat(value.path("a")).allMatch(JsonNode::isBoolean);
    assertThat(value.path("o").textValue()).matches("\\d{4}-\\d\\d-\\d\\d");
    assertThat(value.path("r").path("u").isNull()).isTrue();
    assertThat(value.path("r").path("v").textValue()).hasSize(36);
    assertThat(value.path("t").isIntegralNumber()).isTrue();
  }

  @Test
  void comesToAnEndWhenASchemaContainsItself() throws Exception {
    JsonNode tree =
        sample(
            1,
            """
            {"type":"object","required":["left","right"],"properties":{
              "left":{"$ref":"#"},"right":{"$ref":"#"}}}\
            """);

    assertThat(tree.path("left").isObject()).isTrue();
    assertThat(tree.toString().length()).isLessThan(200_000);
  }

  @Test
  void comesToAnEndWhenAReferenceNamesItself() throws Exception {
    assertThat(sample(1, "{\"$ref\":\"#\"}").isNull()).isTrue();
  }

  @Test
  void boundsAnAbsurdLength() throws Exception {
    assertThat(sample(1, "{\"type\":\"string\",\"minLength\":2000000000}").textValue())
        .hasSizeLessThan(10_000);
    assertThat(
            sample(1, "{\"type\":\"array\",\"minItems\":2000000000,\"items\":{\"type\":\"null\"}}"))
        .hasSizeLessThan(10_000);
  }

  private static JsonNode sample(long seed, String schema) throws Exception {
    return SchemaSample.of(JSON.readTree(schema), seed);
  }
}
