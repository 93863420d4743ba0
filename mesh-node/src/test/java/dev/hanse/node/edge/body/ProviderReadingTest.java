package dev.hanse.node.edge.body;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.Operation;
import dev.hanse.node.routing.Constraints;
import dev.hanse.node.routing.Party;
import dev.hanse.node.routing.ProviderLimits.Sort;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ProviderReadingTest {
  private static final String HI = "'messages':[{'role':'user','content':'Hi'}]";

  private final BodyReader reader = new BodyReader(new BodyLimits(64, 1 << 20, 4000, 1000, 100));

  private BodyReading read(String body, Map<String, String> headers) {
    byte[] bytes = body.replace("MSG", HI).replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return reader.read(Operation.CHAT, bytes, "tenant", headers);
  }

  private ClientBody accepted(String body, Map<String, String> headers) {
    BodyReading reading = read(body, headers);
    assertThat(reading).isInstanceOf(BodyReading.Accepted.class);
    return ((BodyReading.Accepted) reading).body();
  }

  private BodyFault rejected(String body, Map<String, String> headers) {
    BodyReading reading = read(body, headers);
    assertThat(reading).isInstanceOf(BodyReading.Rejected.class);
    return ((BodyReading.Rejected) reading).fault();
  }

  @Test
  void readsAProviderObjectAsOpenRouterUsersWriteIt() {
    Constraints limits =
        accepted(
                "{'model':'m',MSG,'provider':{'max_price':{'prompt':1,'completion':'2.5'},"
                    + "'sort':'price','only':['acme','bee.gpu-1'],'order':['bee.gpu-1','acme'],"
                    + "'ignore':['cee'],'quantizations':['fp8','unknown'],"
                    + "'data_collection':'deny','allow_fallbacks':false,"
                    + "'require_parameters':false}}",
                Map.of())
            .placement()
            .constraints();

    assertThat(limits.maxInputMicrosPerMtok()).isEqualTo(OptionalLong.of(1_000_000));
    assertThat(limits.maxOutputMicrosPerMtok()).isEqualTo(OptionalLong.of(2_500_000));
    assertThat(limits.providers().sort()).contains(Sort.PRICE);
    assertThat(limits.providers().only())
        .isEqualTo(Set.of(Party.parse("acme"), Party.parse("bee.gpu-1")));
    assertThat(limits.providers().order())
        .isEqualTo(List.of(Party.parse("bee.gpu-1"), Party.parse("acme")));
    assertThat(limits.providers().ignored()).isEqualTo(Set.of(Party.parse("cee")));
    assertThat(limits.providers().quantizations()).isEqualTo(Set.of("fp8", "unspecified"));
    assertThat(limits.providers().noDataCollection()).isTrue();
    assertThat(limits.providers().fallbacks()).isFalse();
  }

  @Test
  void joinsProviderExtensionAndHeaders() {
    Constraints limits =
        accepted(
                "{'provider':{'max_price':{'prompt':3},'only':['acme'],'ignore':['a'],"
                    + "'quantizations':['fp8','bf16'],'zdr':true},"
                    + "'hanse':{'max_price':2,'only':['acme.gpu-1','bee'],'ignore':['b'],"
                    + "'quantizations':['fp8']},'model':'m',MSG}",
                Map.of(
                    "x-hanse-sort", "latency",
                    "x-hanse-ignore", "c, d.gpu-9",
                    "x-hanse-order", "acme",
                    "x-hanse-only", "acme",
                    "x-hanse-quantizations", "fp8,int4",
                    "x-hanse-data-collection", "allow",
                    "x-hanse-allow-fallbacks", "false"))
            .placement()
            .constraints();

    assertThat(limits.maxInputMicrosPerMtok()).isEqualTo(OptionalLong.of(2_000_000));
    assertThat(limits.providers().only()).isEqualTo(Set.of(Party.parse("acme.gpu-1")));
    assertThat(limits.providers().ignored())
        .isEqualTo(
            Set.of(Party.parse("a"), Party.parse("b"), Party.parse("c"), Party.parse("d.gpu-9")));
    assertThat(limits.providers().quantizations()).isEqualTo(Set.of("fp8"));
    assertThat(limits.providers().noDataCollection()).isTrue();
    assertThat(limits.providers().sort()).contains(Sort.LATENCY);
    assertThat(limits.providers().order()).isEqualTo(List.of(Party.parse("acme")));
    assertThat(limits.providers().fallbacks()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          1                              | provider                          | invalid_type
          []                             | provider                          | invalid_type
          {'nope':1}                     | provider.nope                     | unknown_parameter
          {'max_price':'1'}              | provider.max_price                | invalid_type
          {'max_price':{'prompt':-1}}    | provider.max_price.prompt         | invalid_value
          {'max_price':{'prompt':'x'}}   | provider.max_price.prompt         | invalid_value
          {'max_price':{'completion':[]}}| provider.max_price.completion     | invalid_type
          {'max_price':{'request':1}}    | provider.max_price.request        | unknown_parameter
          {'sort':1}                     | provider.sort                     | invalid_type
          {'sort':'cheap'}               | provider.sort                     | invalid_value
          {'only':'acme'}                | provider.only                     | invalid_type
          {'only':[]}                    | provider.only                     | invalid_value
          {'only':[1]}                   | provider.only[0]                  | invalid_type
          {'only':['Acme']}              | provider.only                     | invalid_value
          {'order':['acme/turbo']}       | provider.order                    | invalid_value
          {'order':{}}                   | provider.order                    | invalid_type
          {'ignore':['']}                | provider.ignore                   | invalid_value
          {'ignore':[]}                  | provider.ignore                   | invalid_value
          {'quantizations':'fp8'}        | provider.quantizations            | invalid_type
          {'quantizations':[]}           | provider.quantizations            | invalid_value
          {'quantizations':['FP 8']}     | provider.quantizations            | invalid_value
          {'data_collection':true}       | provider.data_collection          | invalid_type
          {'data_collection':'never'}    | provider.data_collection          | invalid_value
          {'allow_fallbacks':'no'}       | provider.allow_fallbacks          | invalid_type
          {'zdr':1}                      | provider.zdr                      | invalid_type
          {'require_parameters':true}    | provider.require_parameters       | invalid_value
          """)
  void namesTheFieldThatIsWrong(String provider, String param, String code) {
    BodyFault fault = rejected("{'model':'m','provider':" + provider + ",MSG}", Map.of());

    assertThat(fault.param()).isEqualTo(param);
    assertThat(fault.code()).isEqualTo(code);
    assertThat(fault.message()).contains("'" + param + "'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          x-hanse-sort            | cheap
          x-hanse-sort            | latency
          x-hanse-only            | bee
          x-hanse-only            | a b
          x-hanse-order           | bee
          x-hanse-order           | ,
          x-hanse-ignore          | ,
          x-hanse-quantizations   | int4
          x-hanse-quantizations   | ,
          x-hanse-data-collection | perhaps
          x-hanse-allow-fallbacks | perhaps
          """)
  void refusesAHeaderThatIsWrongOrContradicts(String name, String value) {
    String body =
        "{'model':'m','provider':{'sort':'price','only':['acme'],'order':['acme'],"
            + "'quantizations':['fp8']},MSG}";

    assertThat(rejected(body, Map.of(name, value)).param())
        .isIn(name, "provider.sort", "provider.only", "provider.order", "provider.quantizations");
  }

  @Test
  void refusesALimitSentTwice() {
    assertThat(rejected("{'model':'m',MSG,'provider':{},'provider':{}}", Map.of()).param())
        .isEqualTo("provider");
    assertThat(
            rejected(
                    "{'model':'m',MSG,'provider':{'max_price':{'prompt':1},"
                        + "'max_price':{'prompt':9}}}",
                    Map.of())
                .code())
        .isEqualTo("invalid_json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {'provider':{},'model':'m',MSG}                          | {'model':'m',MSG}
          {'hanse':{},'provider':{'sort':'price'},'model':'m',MSG} | {'model':'m',MSG}
          {'model':'m','provider':{},MSG,'hanse':{}}               | {'model':'m',MSG}
          {'model':'m',MSG , 'hanse':null , 'provider':null }      | {'model':'m',MSG   }
          """)
  void theEngineGetsNeitherObjectAndEveryOtherByte(String sent, String left) {
    assertThat(accepted(sent, Map.of()).json().toString())
        .isEqualTo(left.replace("MSG", HI).replace('\'', '"'));
  }
}
