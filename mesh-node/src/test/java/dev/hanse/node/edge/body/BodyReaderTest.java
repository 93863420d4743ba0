package dev.hanse.node.edge.body;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.AttestationLevel;
import dev.hanse.api.ModelId;
import dev.hanse.api.NodeId;
import dev.hanse.api.Operation;
import dev.hanse.api.RegionId;
import dev.hanse.api.config.StrictYaml;
import dev.hanse.node.routing.Constraints;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BodyReaderTest {
  private static final String HI = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

  private final BodyReader reader =
      new BodyReader(StrictYaml.read("", BodyLimits.class, Map.of(), Map.of()));

  @Test
  void takesWhatPlacementNeeds() {
    ClientBody body =
        accepted(
            Operation.CHAT,
            "{'model':'m','stream':true,'stream_options':{'include_usage':true},"
                + "'max_tokens':7,'n':3,'messages':[{'role':'user','content':'Hi'}]}");

    assertThat(body.stream()).isTrue();
    assertThat(body.includeUsage()).isTrue();
    assertThat(body.placement().model()).isEqualTo(new ModelId("m"));
    assertThat(body.placement().maxOutputTokens()).isEqualTo(21);
    assertThat(body.placement().promptTokens()).isEqualTo(5);
    assertThat(body.placement().constraints()).isEqualTo(Constraints.NONE);
  }

  @Test
  void prefersMaxCompletionTokensAndDefaultsWithout() {
    String both = "{'model':'m','max_tokens':7,'max_completion_tokens':9," + HI + "}";
    String neither = "{'model':'m','max_tokens':null," + HI + "}";

    assertThat(accepted(Operation.CHAT, both).placement().maxOutputTokens()).isEqualTo(9);
    assertThat(accepted(Operation.CHAT, neither).placement().maxOutputTokens()).isEqualTo(1024);
  }

  @Test
  void countsEveryPromptOfACompletion() {
    ClientBody body =
        accepted(
            Operation.COMPLETION,
            "{'model':'m','prompt':['a','b','c'],'max_tokens':10,'best_of':2,'n':1}");

    assertThat(body.placement().maxOutputTokens()).isEqualTo(60);
  }

  @Test
  void countsTokenIdsAsTokens() {
    ClientBody body = accepted(Operation.EMBEDDING, "{'model':'m','input':[[1,2,3],[4,5]]}");

    assertThat(body.placement().promptTokens()).isBetween(5L, 15L);
    assertThat(body.placement().maxOutputTokens()).isZero();
  }

  @Test
  void countsAnInlinePictureAsOneNotByItsLetters() {
    String picture = "data:image/png;base64," + "A".repeat(400_000);
    ClientBody body =
        accepted(
            Operation.CHAT,
            "{'model':'m','messages':[{'role':'user','content':[{'type':'image_url',"
                + "'image_url':{'url':'"
                + picture
                + "'}}]}]}");

    assertThat(body.placement().promptTokens()).isBetween(1000L, 1100L);
  }

  @Test
  void acceptsNullsAndUnknownFields() {
    accepted(
        Operation.CHAT,
        "{'model':'m','stream':null,'stream_options':null,'n':null,'stop':null,'tools':null,"
            + "'temperature':99,'future':{'a':[1,{'b':2}]},'messages':[{'role':'assistant',"
            + "'content':null,'tool_calls':[{'id':'x','type':'function','function':"
            + "{'name':'f','arguments':'{}'}}],'name':null,'vendor':{'x':1}},"
            + "{'role':'tool','tool_call_id':'x','content':'ok'}]}");
  }

  @ParameterizedTest(name = "{0} -> {2} at {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {'model':7,MSG}                                  | model | invalid_type
          {'model':null,MSG}                               | model | invalid_type
          {'model':'',MSG}                                 | model | invalid_value
          {'model':'a b',MSG}                              | model | invalid_value
          {MSG}                                            | model | missing_required_parameter
          {'model':'m'}                                    | messages | missing_required_parameter
          {'model':'m','messages':null}                    | messages | invalid_type
          {'model':'m','messages':'Hi'}                    | messages | invalid_type
          {'model':'m','messages':{}}                      | messages | invalid_type
          {'model':'m','messages':[]}                      | messages | invalid_value
          {'model':'m','messages':['Hi']}                  | messages[0] | invalid_type
          {'model':'m','messages':[{'content':'Hi'}]}      | messages[0].role | missing_required_parameter
          {'model':'m','messages':[{'role':1}]}            | messages[0].role | invalid_type
          {'model':'m','messages':[{'role':'user','content':'a'},{'role':'user','content':5}]} | messages[1].content | invalid_type
          {'model':'m','messages':[{'role':'user','content':{}}]}                    | messages[0].content | invalid_type
          {'model':'m','messages':[{'role':'user','content':['x']}]}                 | messages[0].content[0] | invalid_type
          {'model':'m','messages':[{'role':'user','content':[{'type':'text','text':1}]}]} | messages[0].content[0].text | invalid_type
          {'model':'m','messages':[{'role':'user','content':[{'type':2}]}]}          | messages[0].content[0].type | invalid_type
          {'model':'m','messages':[{'role':'user','name':{}}]}                       | messages[0].name | invalid_type
          {'model':'m','messages':[{'role':'assistant','tool_calls':{}}]}            | messages[0].tool_calls | invalid_type
          {'model':'m','messages':[{'role':'assistant','tool_calls':[1]}]}           | messages[0].tool_calls[0] | invalid_type
          {'model':'m','stream':'yes',MSG}                 | stream | invalid_type
          {'model':'m','stream':1,MSG}                     | stream | invalid_type
          {'model':'m','stream_options':true,MSG}          | stream_options | invalid_type
          {'model':'m','stream_options':{'include_usage':1},MSG} | stream_options.include_usage | invalid_type
          {'model':'m','max_tokens':'7',MSG}               | max_tokens | invalid_type
          {'model':'m','max_tokens':1.5,MSG}               | max_tokens | invalid_type
          {'model':'m','max_tokens':0,MSG}                 | max_tokens | integer_below_min_value
          {'model':'m','max_tokens':-1,MSG}                | max_tokens | integer_below_min_value
          {'model':'m','max_tokens':-99999999999999999999,MSG} | max_tokens | integer_below_min_value
          {'model':'m','max_tokens':1048577,MSG}           | max_tokens | integer_above_max_value
          {'model':'m','max_tokens':99999999999999999999,MSG} | max_tokens | integer_above_max_value
          {'model':'m','max_completion_tokens':-5,MSG}     | max_completion_tokens | integer_below_min_value
          {'model':'m','n':0,MSG}                          | n | integer_below_min_value
          {'model':'m','n':129,MSG}                        | n | integer_above_max_value
          {'model':'m','tools':{},MSG}                     | tools | invalid_type
          {'model':'m','tools':['x'],MSG}                  | tools[0] | invalid_type
          {'model':'m','tool_choice':1,MSG}                | tool_choice | invalid_type
          {'model':'m','stop':1,MSG}                       | stop | invalid_type
          {'model':'m','stop':['a',2],MSG}                 | stop[1] | invalid_type
          {'model':'m','temperature':'hot',MSG}            | temperature | invalid_type
          {'model':'m','seed':1.5,MSG}                     | seed | invalid_type
          {'model':'m','response_format':'json',MSG}       | response_format | invalid_type
          {'model':'m','user':5,MSG}                       | user | invalid_type
          {'model':'m','prompt_cache_key':5,MSG}           | prompt_cache_key | invalid_type
          {'model':'m','model':'n',MSG}                    | model | invalid_value
          {'model':'m','hanse':1,MSG}                      | hanse | invalid_type
          {'model':'m','hanse':{'max_prise':1},MSG}        | hanse.max_prise | unknown_parameter
          {'model':'m','hanse':{'max_price':-1},MSG}       | hanse.max_price | invalid_value
          {'model':'m','hanse':{'max_price':1e999},MSG}    | hanse.max_price | invalid_value
          {'model':'m','hanse':{'max_price':'1'},MSG}      | hanse.max_price | invalid_type
          {'model':'m','hanse':{'max_price':{'in':1}},MSG} | hanse.max_price.in | unknown_parameter
          {'model':'m','hanse':{'regions':'eu'},MSG}       | hanse.regions | invalid_type
          {'model':'m','hanse':{'regions':[]},MSG}         | hanse.regions | invalid_value
          {'model':'m','hanse':{'regions':['EU!']},MSG}    | hanse.regions | invalid_value
          {'model':'m','hanse':{'attestation':'much'},MSG} | hanse.attestation | invalid_value
          {'model':'m','hanse':{'nodes':['x']},MSG}        | hanse.nodes | invalid_value
          """)
  void namesTheFieldThatIsWrong(String body, String param, String code) {
    BodyFault fault = rejected(Operation.CHAT, body.replace("MSG", HI), Map.of());

    assertThat(fault.code()).isEqualTo(code);
    assertThat(fault.param()).isEqualTo(param);
    assertThat(fault.message()).contains(param.substring(param.lastIndexOf('.') + 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          COMPLETION | {'model':'m'}                      | prompt
          COMPLETION | {'model':'m','prompt':null}        | prompt
          COMPLETION | {'model':'m','prompt':{}}          | prompt
          COMPLETION | {'model':'m','prompt':[]}          | prompt
          COMPLETION | {'model':'m','prompt':['a',1]}     | prompt[1]
          COMPLETION | {'model':'m','prompt':[1.5]}       | prompt[0]
          COMPLETION | {'model':'m','prompt':[[1],['a']]} | prompt[1][0]
          EMBEDDING  | {'model':'m','input':[-1]}         | input[0]
          EMBEDDING  | {'model':'m','input':[99999999999]} | input[0]
          EMBEDDING  | {'model':'m','dimensions':'x','input':'a'} | dimensions
          """)
  void namesTheWrongPrompt(Operation operation, String body, String param) {
    assertThat(rejected(operation, body, Map.of()).param()).isEqualTo(param);
  }

  @Test
  void refusesMorePromptsThanTheApiTakes() {
    String inputs = "'a',".repeat(2048) + "'a'";

    assertThat(rejected(Operation.EMBEDDING, "{'model':'m','input':[" + inputs + "]}", Map.of()))
        .satisfies(fault -> assertThat(fault.param()).isEqualTo("input"));
  }

  @Test
  void refusesNestingPastItsLimitAndTakesWhatIsJustWithin() {
    String open = "[".repeat(63);
    String close = "]".repeat(63);

    accepted(Operation.CHAT, "{'model':'m','x':" + open + close + "," + HI + "}");
    assertThat(
            rejected(
                    Operation.CHAT, "{'model':'m','x':[" + open + close + "]," + HI + "}", Map.of())
                .code())
        .isEqualTo("json_too_complex");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "C080", // overlong NUL
        "EDA080", // surrogate
        "F4908080", // past U+10FFFF
        "E282", // cut short
        "FF"
      })
  void refusesEveryKindOfInvalidUtf8(String hex) {
    byte[] bad = HexFormat.of().parseHex(hex);
    byte[] body = ("{\"model\":\"m\",\"x\":\"@@@@\"," + HI + "}").getBytes(StandardCharsets.UTF_8);
    int at = new String(body, StandardCharsets.UTF_8).indexOf('@');
    System.arraycopy(bad, 0, body, at, bad.length);

    assertThat(read(Operation.CHAT, body, Map.of()))
        .isInstanceOfSatisfying(
            BodyReading.Rejected.class,
            it -> assertThat(it.fault().code()).isEqualTo("invalid_utf8"));
  }

  @Test
  void refusesOtherEncodingsOfUnicode() {
    String body = "{\"model\":\"m\"," + HI + "}";

    for (var charset :
        Set.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, StandardCharsets.UTF_32BE)) {
      assertThat(read(Operation.CHAT, body.getBytes(charset), Map.of()))
          .isInstanceOf(BodyReading.Rejected.class);
    }
    byte[] marked = ("\uFEFF" + body).getBytes(StandardCharsets.UTF_8);
    assertThat(read(Operation.CHAT, marked, Map.of())).isInstanceOf(BodyReading.Rejected.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {'hanse':{},'model':'m',MSG}              | {'model':'m',MSG}
          {'model':'m','hanse':{},MSG}              | {'model':'m',MSG}
          {'model':'m',MSG,'hanse':{}}              | {'model':'m',MSG}
          { 'hanse' : null , 'model':'m',MSG}       | {  'model':'m',MSG}
          {'model':'m' , 'hanse':{'max_price':1} , MSG } | {'model':'m'  , MSG }
          {'model':'m',MSG}                         | {'model':'m',MSG}
          {'é':'é','model':'m','hanse':{'regions':['eu-west']},MSG} | {'é':'é','model':'m',MSG}
          """)
  void takesItsExtensionOutAndLeavesEveryOtherByte(String sent, String left) {
    ClientBody body = accepted(Operation.CHAT, sent.replace("MSG", HI));

    assertThat(body.json().toString()).isEqualTo(quoted(left.replace("MSG", HI)));
  }

  @Test
  void joinsHeadersAndExtension() {
    Map<String, String> headers =
        Map.of(
            "x-hanse-max-price", "0.5, 1.5",
            "x-hanse-region", "eu-west, us-east",
            "x-hanse-residency", "eu",
            "x-hanse-attestation", "tee",
            "x-hanse-technologies", "sev-snp, intel-tdx",
            "x-hanse-node", "acme.gpu-1");
    ClientBody body =
        accepted(
            Operation.CHAT,
            "{'model':'m','hanse':{'max_price':{'input':1,'output':0.25},'regions':['eu-west'],"
                + "'residency':'eu','attestation':'simulated','technologies':['intel-tdx','tpm2']},"
                + HI
                + "}",
            headers);

    Constraints constraints = body.placement().constraints();
    assertThat(constraints.maxInputMicrosPerMtok()).isEqualTo(OptionalLong.of(500_000));
    assertThat(constraints.maxOutputMicrosPerMtok()).isEqualTo(OptionalLong.of(250_000));
    assertThat(constraints.regions()).isEqualTo(Set.of(new RegionId("eu-west")));
    assertThat(constraints.residency()).contains("eu");
    assertThat(constraints.attestation().least()).contains(AttestationLevel.TEE);
    assertThat(constraints.attestation().technologies()).contains(Set.of("intel-tdx"));
    assertThat(constraints.nodes()).isEqualTo(Set.of(NodeId.parse("acme.gpu-1")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          x-hanse-max-price   | cheap
          x-hanse-max-price   | -1
          x-hanse-max-price   | 1,2,3
          x-hanse-max-price   | 1e9
          x-hanse-max-price   | 99999999
          x-hanse-region      | us-east
          x-hanse-region      | ,
          x-hanse-residency   | us
          x-hanse-attestation | hardware
          x-hanse-technologies | sev-snp,sgx
          x-hanse-technologies | tpm2
          x-hanse-node        | acme
          """)
  void refusesAHeaderThatIsWrongOrContradicts(String name, String value) {
    String body =
        "{'model':'m','hanse':{'regions':['eu-west'],'residency':'eu','technologies':['sev-snp']},"
            + HI
            + "}";

    assertThat(rejected(Operation.CHAT, body, Map.of(name, value)).param())
        .isIn(name, "hanse.regions", "hanse.residency", "hanse.technologies");
  }

  @Test
  void saysWhichTechnologyIsUnknownAndWhichAreKnown() {
    String body = "{'model':'m'," + HI + "}";

    assertThat(
            rejected(Operation.CHAT, body, Map.of("x-hanse-technologies", "sgx".repeat(50)))
                .message())
        .contains("sgxsgx")
        .contains("aws-nitro")
        .contains("tpm2.");
  }

  private ClientBody accepted(Operation operation, String body) {
    return accepted(operation, body, Map.of());
  }

  private ClientBody accepted(Operation operation, String body, Map<String, String> headers) {
    BodyReading reading = read(operation, bytes(body), headers);
    assertThat(reading).isInstanceOf(BodyReading.Accepted.class);
    return ((BodyReading.Accepted) reading).body();
  }

  private BodyFault rejected(Operation operation, String body, Map<String, String> headers) {
    BodyReading reading = read(operation, bytes(body), headers);
    assertThat(reading).isInstanceOf(BodyReading.Rejected.class);
    return ((BodyReading.Rejected) reading).fault();
  }

  private BodyReading read(Operation operation, byte[] body, Map<String, String> headers) {
    return reader.read(operation, body, "tenant", headers);
  }

  private static String quoted(String body) {
    return body.replace('\'', '"');
  }

  private static byte[] bytes(String body) {
    return quoted(body).getBytes(StandardCharsets.UTF_8);
  }
}
