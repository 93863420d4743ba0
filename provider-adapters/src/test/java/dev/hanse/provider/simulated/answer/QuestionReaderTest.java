package dev.hanse.provider.simulated.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuestionReaderTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HELLO = "\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]";
  private final QuestionReader reader = new QuestionReader(100, "m", 0);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "messages | {}",
        "messages | {'messages':[]}",
        "messages | {'messages':'hello'}",
        "messages[0] | {'messages':['hello']}",
        "messages[0].role | {'messages':[{'content':'x'}]}",
        "messages[0].role | {'messages':[{'role':'king','content':'x'}]}",
        "messages[0].content | {'messages':[{'role':'user'}]}",
        "messages[1].content | {'messages':[{'role':'user','content':'x'},{'role':'user','content':3}]}",
        "messages[0].content[0].type | {'messages':[{'role':'user','content':[{'type':'image_url'}]}]}",
        "messages[0].content[0].text | {'messages':[{'role':'user','content':[{'type':'text'}]}]}",
        "messages[0].tool_calls | {'messages':[{'role':'assistant','tool_calls':1}]}",
        "continue_final_message | {'continue_final_message':true,HELLO}",
        "max_tokens | {'max_tokens':0,HELLO}",
        "max_tokens | {'max_tokens':-1,HELLO}",
        "max_tokens | {'max_tokens':1.5,HELLO}",
        "max_tokens | {'max_tokens':'9',HELLO}",
        "max_tokens | {'max_tokens':99999999999999999999,HELLO}",
        "max_completion_tokens | {'max_completion_tokens':-1,HELLO}",
        "n | {'n':0,HELLO}",
        "n | {'n':17,HELLO}",
        "temperature | {'temperature':2.1,HELLO}",
        "temperature | {'temperature':'hot',HELLO}",
        "top_p | {'top_p':-0.1,HELLO}",
        "stop | {'stop':5,HELLO}",
        "stop | {'stop':[''],HELLO}",
        "seed | {'seed':'x',HELLO}",
        "stream | {'stream':'yes',HELLO}",
        "stream_options | {'stream_options':1,HELLO}",
        "logprobs | {'logprobs':2,HELLO}",
        "top_logprobs | {'logprobs':true,'top_logprobs':21,HELLO}",
        "top_logprobs | {'top_logprobs':2,HELLO}",
        "tools | {'tools':{},HELLO}",
        "tools[0].function | {'tools':[{'type':'function'}],HELLO}",
        "tools[0].function.name | {'tools':[{'function':{'name':'a b'}}],HELLO}",
        "tools[0].function.parameters | {'tools':[{'function':{'name':'a','parameters':[]}}],HELLO}",
        "tool_choice | {'tool_choice':'required',HELLO}",
        "tool_choice | {'tool_choice':'perhaps','tools':[{'function':{'name':'a'}}],HELLO}",
        "tool_choice | {'tool_choice':{'function':{'name':'b'}},'tools':[{'function':{'name':'a'}}],HELLO}",
        "response_format | {'response_format':'json',HELLO}",
        "response_format.type | {'response_format':{'type':'xml'},HELLO}",
        "response_format.json_schema.schema | {'response_format':{'type':'json_schema'},HELLO}",
      })
  void refusesNamingTheField(String field, String body) throws Exception {
    var json = JSON.readTree(body.replace('\'', '"').replace("HELLO", HELLO));

    RefusedRequest refusal = catchThrowableOfType(RefusedRequest.class, () -> reader.chat(json));

    assertThat(refusal.field()).isEqualTo(field);
    assertThat(refusal.reason()).isEqualTo(RefusedRequest.Reason.INVALID);
    assertThat(refusal.text()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'prompt':''}",
        "{'prompt':[]}",
        "{'prompt':[-1]}",
        "{'prompt':[[]]}",
        "{'prompt':{}}",
        "{'prompt':[1,'x']}"
      })
  void refusesAPromptThatIsNone(String body) throws Exception {
    var json = JSON.readTree(body.replace('\'', '"'));

    RefusedRequest refusal =
        catchThrowableOfType(RefusedRequest.class, () -> reader.completion(json));

    assertThat(refusal.field()).isEqualTo("prompt");
  }

  @Test
  void refusesWhatIsLongerThanTheContextWithBothLengths() throws Exception {
    var json = JSON.readTree("{\"max_tokens\":98," + HELLO + "}");

    RefusedRequest refusal = catchThrowableOfType(RefusedRequest.class, () -> reader.chat(json));

    assertThat(refusal.reason()).isEqualTo(RefusedRequest.Reason.CONTEXT_TOO_LONG);
    assertThat(refusal.text()).contains("100").contains("102").contains("4 in the prompt");
  }

  @Test
  void leavesTheRestOfTheContextToAnAnswerWithoutALimit() throws Exception {
    assertThat(reader.chat(JSON.readTree("{" + HELLO + "}")).maxTokens()).isEqualTo(96);
  }

  @Test
  void ignoresWhatItDoesNotKnowAndWhatIsNull() throws Exception {
    Question question =
        reader.chat(
            JSON.readTree("{\"min_p\":[1],\"stop\":null,\"tools\":null,\"n\":null," + HELLO + "}"));

    assertThat(question.choices()).isEqualTo(1);
    assertThat(question.form()).isEqualTo(new Form.Text());
  }

  @Test
  void readsPromptsAsTextAndAsTokens() throws Exception {
    Question question = reader.completion(JSON.readTree("{\"prompt\":[\"abcd\",[1,2,3]],\"n\":2}"));

    assertThat(question.prompts()).hasSize(2);
    assertThat(question.prompts().get(1).tokens().size()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "What is the weather in Bergen? | 'auto' | get_weather",
        "Use get_time please | 'auto' | get_time",
        "weather and getTheTime, getWeather: what time is it | 'auto' | get_weather,get_time",
        "Hello | 'auto' | ~~",
        "What is the weather? | 'none' | ~~",
        "Hello | {'type':'function','function':{'name':'get_time'}} | get_time",
        "What time is it? | 'required' | get_time",
      })
  void callsTheToolsAQuestionNames(String question, String choice, String called) throws Exception {
    String body =
        """
        {"tools":[{"type":"function","function":{"name":"get_weather"}},
          {"type":"function","function":{"name":"get_time"}}],
         "tool_choice":%s,"messages":[{"role":"user","content":"%s"}]}\
        """
            .formatted(choice.replace('\'', '"'), question);

    Form form = new QuestionReader(1000, "m", 0).chat(JSON.readTree(body)).form();

    String names =
        form instanceof Form.Calls(var tools)
            ? String.join(",", tools.stream().map(Form.Tool::name).toList())
            : "";
    assertThat(names).isEqualTo(called);
  }

  @Test
  void callsSomeToolWhenOneIsRequiredAndNoneIsNamed() throws Exception {
    var body =
        JSON.readTree(
            "{\"tools\":[{\"function\":{\"name\":\"a\"}}],\"tool_choice\":\"required\","
                + HELLO
                + "}");

    assertThat(reader.chat(body).form()).isInstanceOf(Form.Calls.class);
  }

  @Test
  void answersInTextOnceTheToolHasAnswered() throws Exception {
    var body =
        JSON.readTree(
            """
            {"tools":[{"function":{"name":"get_weather"}}],"messages":[
              {"role":"user","content":"weather?"},
              {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function",
                "function":{"name":"get_weather","arguments":"{}"}}]},
              {"role":"tool","tool_call_id":"c","content":"rain"}]}\
            """);

    assertThat(reader.chat(body).form()).isEqualTo(new Form.Text());
  }
}
