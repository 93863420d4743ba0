package dev.hanse.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hanse.provider.Operation;
import dev.hanse.provider.http.MalformedAnswer;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodySpliceTest {
  private static String streaming(String body) throws MalformedAnswer {
    return splice(body, true);
  }

  private static String splice(String body, boolean stream) throws MalformedAnswer {
    return BodySplice.of(Buffer.buffer(body), Operation.CHAT, "m", stream).body().toString();
  }

  @Test
  void replacesTheModelAndAsksForUsageWhereItStands() throws MalformedAnswer {
    assertThat(streaming("{\"model\":\"x\",\"stream\":true,\"messages\":[]}"))
        .isEqualTo(
            "{\"model\":\"m\",\"stream\":true,\"messages\":[],"
                + "\"stream_options\":{\"include_usage\":true}}");
  }

  @Test
  void addsWhatIsMissingEvenToAnEmptyBody() throws MalformedAnswer {
    assertThat(streaming("{}"))
        .isEqualTo("{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
    assertThat(splice("{ }", false)).isEqualTo("{\"model\":\"m\"}");
  }

  @Test
  void keepsEveryByteOfWhatItDoesNotKnow() throws MalformedAnswer {
    String unknown =
        "\"seed\":123456789012345678901234567890,\"t\":1.10,\"e\":-0.0E+01,"
            + "\"u\":\"\\u00e9\\ud83d\\ude00 é\",\"nested\":{\"model\":\"keep\", \"a\":[1 ,2]},"
            + "\"MODEL\":\"keep\",\"model \":\"keep\"";

    assertThat(splice("{\"model\":\"x\"," + unknown + "}", false))
        .isEqualTo("{\"model\":\"m\"," + unknown + "}");
  }

  @Test
  void replacesEveryMemberThatIsTheModelUnderItsEscapes() throws MalformedAnswer {
    assertThat(splice("{\"model\":\"a\",\"mod\\u0065l\":\"b\",\"model\":null}", false))
        .isEqualTo("{\"model\":\"m\",\"model\":\"m\",\"model\":\"m\"}");
  }

  @Test
  void makesStreamSayWhatWasDecided() throws MalformedAnswer {
    assertThat(streaming("{\"stream\":false}")).startsWith("{\"stream\":true");
    assertThat(splice("{\"stream\":true}", false)).startsWith("{\"stream\":false");
  }

  @Test
  void keepsOtherStreamOptions() throws MalformedAnswer {
    assertThat(
            streaming(
                "{\"stream_options\":{\"include_usage\":false,\"include_obfuscation\":false}}"))
        .contains("\"stream_options\":{\"include_obfuscation\":false,\"include_usage\":true}");
    assertThat(streaming("{\"stream_options\":null}"))
        .contains("\"stream_options\":{\"include_usage\":true}");
  }

  @Test
  void leavesStreamOptionsOfTheWrongTypeForTheEngineToRefuse() throws MalformedAnswer {
    assertThat(streaming("{\"stream_options\":[1]}")).contains("\"stream_options\":[1]");
  }

  @Test
  void dropsASecondStreamOptionsThatWouldUndoTheFirst() throws MalformedAnswer {
    assertThat(streaming("{\"stream_options\":{},\"stream_options\":{\"include_usage\":false}}"))
        .contains("\"stream_options\":{\"include_usage\":true}")
        .doesNotContain("false");
  }

  @Test
  void quotesAModelNameThatNeedsIt() throws MalformedAnswer {
    var body = BodySplice.of(Buffer.buffer("{}"), Operation.CHAT, "a\"b\\c\n", false).body();

    assertThat(body.toString()).isEqualTo("{\"model\":\"a\\\"b\\\\c\\n\"}");
  }

  @Test
  void putsTheBodyOnOneLine() throws MalformedAnswer {
    assertThat(splice("{\n\"a\": [\r\n1\n]\n}\n", false)).doesNotContain("\n").doesNotContain("\r");
  }

  @Test
  void doesNotStreamEmbeddings() throws MalformedAnswer {
    var body = BodySplice.of(Buffer.buffer("{}"), Operation.EMBEDDING, "m", true).body();

    assertThat(body.toString()).isEqualTo("{\"model\":\"m\"}");
  }

  @Test
  void countsTheTextOfThePromptWithoutItsImages() throws MalformedAnswer {
    String body =
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"12345678\"},"
            + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AAAA\"}}]}]}";

    long chars = BodySplice.of(Buffer.buffer(body), Operation.CHAT, "m", false).promptChars();

    assertThat(chars).isEqualTo("user".length() + "text".length() + 8 + "image_url".length());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "1",
        "{",
        "{\"a\":1}x",
        "{\"a\":1}{\"b\":2}",
        "{\"a\":01}",
        "{'a':1}",
        "{\"a\":\"\n\"}",
        "{\"a\":NaN}",
        "{\"a\":1,}",
        "{\"a\"}",
        "{\"a\":\"\\x\"}",
        "{a:1}"
      })
  void refusesWhatIsNotOneJsonObject(String body) {
    assertThatThrownBy(() -> splice(body, true)).isInstanceOf(MalformedAnswer.class);
  }

  @Test
  void refusesNestingBeyondItsBoundAndOtherEncodings() {
    String deep = "{\"a\":" + "[".repeat(5000) + "]".repeat(5000) + "}";
    Buffer utf16 = Buffer.buffer("{\"a\":1}".getBytes(StandardCharsets.UTF_16));
    Buffer invalid = Buffer.buffer(new byte[] {'{', '"', (byte) 0xC3, '"', ':', '1', '}'});

    assertThatThrownBy(() -> splice(deep, true)).isInstanceOf(MalformedAnswer.class);
    assertThatThrownBy(() -> BodySplice.of(utf16, Operation.CHAT, "m", true))
        .isInstanceOf(MalformedAnswer.class);
    assertThatThrownBy(() -> BodySplice.of(invalid, Operation.CHAT, "m", true))
        .isInstanceOf(MalformedAnswer.class);
  }
}
