package dev.hanse.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hanse.provider.http.MalformedAnswer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTranslationTest {
  private static final String HI = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

  private static ObjectNode translate(String body) throws Exception {
    return RequestTranslation.translate(Json.read(body), "claude-x", false, 4096);
  }

  private static ObjectNode with(String member) throws Exception {
    return translate("{" + HI + "," + member + "}");
  }

  private static JsonNode json(String text) throws MalformedAnswer {
    return Json.read("{\"v\":" + text + "}").get("v");
  }

  @Test
  void translatesAConversationWithToolsImagesAndInstructions() throws Exception {
    var out =
        translate(
            """
            {"model":"alias","messages":[
              {"role":"system","content":"Be brief."},
              {"role":"developer","content":[{"type":"text","text":"In German."}]},
              {"role":"user","content":[
                {"type":"text","text":"What is this?"},
                {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},
                {"type":"image_url","image_url":{"url":"https://example.org/a.jpg"}}]},
              {"role":"assistant","content":null,"tool_calls":[
                {"id":"t1","type":"function","function":{"name":"f","arguments":"{\\"x\\":1.10}"}},
                {"id":"t2","type":"function","function":{"name":"g","arguments":""}}]},
              {"role":"tool","tool_call_id":"t1","content":"one"},
              {"role":"tool","tool_call_id":"t2","content":""},
              {"role":"user","content":"go on"}]}
            """);

    assertThat(out.get("model").asText()).isEqualTo("claude-x");
    assertThat(out.get("max_tokens").asInt()).isEqualTo(4096);
    assertThat(out.get("system"))
        .isEqualTo(
            json(
                """
                [{"type":"text","text":"Be brief."},{"type":"text","text":"In German."}]
                """));
    assertThat(out.get("messages"))
        .isEqualTo(
            json(
                """
                [{"role":"user","content":[
                   {"type":"text","text":"What is this?"},
                   {"type":"image","source":
                     {"type":"base64","media_type":"image/png","data":"AAAA"}},
                   {"type":"image","source":{"type":"url","url":"https://example.org/a.jpg"}}]},
                 {"role":"assistant","content":[
                   {"type":"tool_use","id":"t1","name":"f","input":{"x":1.10}},
                   {"type":"tool_use","id":"t2","name":"g","input":{}}]},
                 {"role":"user","content":[
                   {"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"one"}]},
                   {"type":"tool_result","tool_use_id":"t2"},
                   {"type":"text","text":"go on"}]}]
                """));
  }

  @Test
  void translatesToolsAndKeepsTheirSchemas() throws Exception {
    var out =
        with(
            "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"description\":\"d\","
                + "\"parameters\":{\"type\":\"object\",\"maximum\":1e400}}},"
                + "{\"type\":\"function\",\"function\":{\"name\":\"g\"}}]");

    assertThat(Json.text(out.get("tools")))
        .isEqualTo(
            "[{\"name\":\"f\",\"description\":\"d\",\"input_schema\":{\"type\":\"object\","
                + "\"maximum\":1E+400}},{\"name\":\"g\",\"input_schema\":{\"type\":\"object\"}}]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"auto\" | {\"type\":\"auto\"}",
        "\"required\" | {\"type\":\"any\"}",
        "\"none\" | {\"type\":\"none\"}",
        "{\"type\":\"function\",\"function\":{\"name\":\"f\"}} | {\"type\":\"tool\",\"name\":\"f\"}",
      })
  void translatesEveryToolChoice(String choice, String expected) throws Exception {
    assertThat(Json.text(with("\"tool_choice\":" + choice).get("tool_choice"))).isEqualTo(expected);
  }

  @Test
  void forbidsParallelToolsOnlyWhereThereAreTools() throws Exception {
    String tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]";

    assertThat(with("\"parallel_tool_calls\":false").has("tool_choice")).isFalse();
    assertThat(Json.text(with(tools + ",\"parallel_tool_calls\":false").get("tool_choice")))
        .isEqualTo("{\"type\":\"auto\",\"disable_parallel_tool_use\":true}");
  }

  @Test
  void prefersMaxCompletionTokensAndTranslatesStopAndUser() throws Exception {
    var out = with("\"max_tokens\":5,\"max_completion_tokens\":7,\"stop\":\"x\",\"user\":\"u\"");

    assertThat(out.get("max_tokens").asInt()).isEqualTo(7);
    assertThat(Json.text(out.get("stop_sequences"))).isEqualTo("[\"x\"]");
    assertThat(out.at("/metadata/user_id").asText()).isEqualTo("u");
    assertThat(Json.text(with("\"stop\":[\"a\",\"b\"]").get("stop_sequences")))
        .isEqualTo("[\"a\",\"b\"]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"n\":1",
        "\"logprobs\":false",
        "\"frequency_penalty\":0",
        "\"response_format\":{\"type\":\"text\"}",
        "\"logit_bias\":{}",
        "\"seed\":null",
        "\"unknown\":null",
        "\"stream_options\":{\"include_usage\":true}",
        "\"prompt_cache_key\":\"k\"",
        "\"metadata\":{\"a\":\"b\"}",
        "\"store\":false",
      })
  void acceptsWhatAsksForNothingBeyondTheDefault(String member) throws Exception {
    assertThat(with(member).properties()).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"n\":2 | n",
        "\"logprobs\":true | logprobs",
        "\"top_logprobs\":5 | top_logprobs",
        "\"seed\":1 | seed",
        "\"frequency_penalty\":0.5 | frequency_penalty",
        "\"logit_bias\":{\"1\":2} | logit_bias",
        "\"response_format\":{\"type\":\"json_object\"} | response_format",
        "\"modalities\":[\"audio\"] | modalities",
        "\"temperature\":1.5 | temperature",
        "\"reasoning_effort\":\"high\" | reasoning_effort",
        "\"made_up\":1 | made_up",
        "\"max_tokens\":-1 | max_tokens",
        "\"max_tokens\":\"5\" | max_tokens",
        "\"max_tokens\":1.5 | max_tokens",
        "\"stop\":[1] | stop",
        "\"tool_choice\":\"maybe\" | tool_choice",
        "\"tools\":{\"a\":1} | tools",
        "\"tools\":[{\"type\":\"custom\"}] | tools[0].type",
        "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"strict\":true}}]"
            + " | tools[0].function.strict",
        "\"parallel_tool_calls\":1 | parallel_tool_calls",
      })
  void refusesByNameWhatItCannotExpress(String member, String param) {
    var refused = catchThrowableOfType(Unsupported.class, () -> with(member));

    assertThat(refused.param()).isEqualTo(param);
    assertThat(refused).hasMessageContaining("'" + param + "'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | messages",
        "{} | messages",
        "[1] | messages[0]",
        "[{\"role\":\"function\",\"content\":\"x\"}] | messages[0].role",
        "[{\"role\":\"user\",\"content\":5}] | messages[0].content",
        "[{\"role\":\"user\",\"name\":\"bob\",\"content\":\"x\"}] | messages[0].name",
        "[{\"role\":\"tool\",\"content\":\"x\"}] | messages[0].tool_call_id",
        "[{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\"}]}]"
            + " | messages[0].content[0].type=input_audio",
        "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":"
            + "{\"url\":\"http://h/a\"}}]}] | messages[0].content[0].image_url.url",
        "[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"a\",\"function\":"
            + "{\"name\":\"f\",\"arguments\":\"[1]\"}}]}]"
            + " | messages[0].tool_calls[0].function.arguments",
      })
  void refusesMessagesItCannotExpress(String messages, String param) {
    var refused =
        catchThrowableOfType(Unsupported.class, () -> translate("{\"messages\":" + messages + "}"));

    assertThat(refused.param()).isEqualTo(param);
  }

  @Test
  void refusesABodyThatNamesAMemberTwice() {
    assertThatThrownBy(() -> translate("{" + HI + "," + HI + "}"))
        .isInstanceOf(MalformedAnswer.class);
  }
}
