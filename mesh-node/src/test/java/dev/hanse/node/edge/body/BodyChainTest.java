package dev.hanse.node.edge.body;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.api.Operation;
import dev.hanse.api.config.StrictYaml;
import dev.hanse.node.routing.PrefixChain;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a body's prefix chain depends on, and what not. */
final class BodyChainTest {
  private static final String HI = "'messages':[{'role':'user','content':'Hi'}]";

  private final BodyReader reader =
      new BodyReader(StrictYaml.read("", BodyLimits.class, Map.of(), Map.of()));

  @Test
  void chainsTheSameWhateverTheSpacingEscapingAndOrder() {
    String tools = "'tools':[{'type':'function','function':{'name':'f'}}]";
    PrefixChain plain =
        chain("{'model':'m'," + tools + ",'messages':[{'role':'user','content':'Grüße'}]}");
    PrefixChain other =
        chain(
            "{ 'messages' : [ { 'content' : 'Gr\\u00fc\\u00dfe' , 'role' : 'user' } ] ,"
                + tools
                + ", 'model' : 'm' , 'temperature' : 1 }");

    assertThat(other).isEqualTo(plain);
  }

  @Test
  void chainsAGrowingConversationOnItsBeginning() {
    String system = "word ".repeat(500);
    String first =
        "{'role':'system','content':'" + system + "'},{'role':'user','content':'" + system + "'}";
    PrefixChain before = chain("{'model':'m','messages':[" + first + "]}");
    PrefixChain after =
        chain(
            "{'model':'m','messages':["
                + first
                + ",{'role':'assistant','content':'yes'},{'role':'user','content':'and?'}]}");

    assertThat(after.key()).isEqualTo(before.key());
    for (int i = 0; i < before.length(); i++) {
      assertThat(after.hash(i)).isEqualTo(before.hash(i));
    }
  }

  @Test
  void keepsTenantsModelsAndToolsApart() {
    String body = "{'model':'m'," + HI + "}";

    assertThat(chain(body.replace("'m'", "'n'")).key()).isNotEqualTo(chain(body).key());
    assertThat(chain("{'model':'m','tools':[{'type':'function'}]," + HI + "}").key())
        .isNotEqualTo(chain(body).key());
    assertThat(chain(body, "other-tenant").key()).isNotEqualTo(chain(body).key());
  }

  @Test
  void placesByThePromptCacheKeyWhenThereIsOne() {
    PrefixChain one = chain("{'model':'m','prompt_cache_key':'k'," + HI + "}");
    PrefixChain two =
        chain("{'model':'m','prompt_cache_key':'k','messages':[{'role':'user','content':'Yo'}]}");

    assertThat(two.key()).isEqualTo(one.key());
    assertThat(two.hash(0)).isNotEqualTo(one.hash(0));
  }

  private PrefixChain chain(String body) {
    return chain(body, "tenant");
  }

  private PrefixChain chain(String body, String tenant) {
    byte[] json = body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    BodyReading reading = reader.read(Operation.CHAT, json, tenant, Map.of());
    assertThat(reading).isInstanceOf(BodyReading.Accepted.class);
    return ((BodyReading.Accepted) reading).body().placement().chain();
  }
}
