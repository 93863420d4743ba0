package dev.hanse.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnswerReaderTest {
  private static final String ROLE =
      "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}";
  private static final String TEXT = "{\"choices\":[{\"delta\":{\"content\":\"x\"}}]}";
  private static final String FINISH =
      "{\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}],\"usage\":null}";
  private static final String USAGE =
      "{\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3,"
          + "\"prompt_tokens_details\":{\"cached_tokens\":8}}}";

  private final AnswerReader reader = new AnswerReader();

  @Test
  void isContentWithTheFirstTextNotWithTheRole() {
    reader.read(ROLE);
    assertThat(reader.hasContent()).isFalse();

    reader.read(TEXT);
    assertThat(reader.hasContent()).isTrue();
  }

  @Test
  void isCompleteWithFinishUsageAndDone() {
    feed(ROLE, TEXT, FINISH, USAGE, "[DONE]");

    assertThat(reader.fault()).isEmpty();
    assertThat(reader.promptTokens()).isEqualTo(9);
    assertThat(reader.cachedTokens()).isEqualTo(8);
    assertThat(reader.completionTokens()).isEqualTo(3);
  }

  @Test
  void isCutWithoutAFinishOrWithoutDone() {
    feed(ROLE, TEXT, USAGE, "[DONE]");
    assertThat(reader.fault().orElseThrow()).startsWith("cut");

    AnswerReader other = new AnswerReader();
    other.read(FINISH);
    other.read(USAGE);
    assertThat(other.fault().orElseThrow()).startsWith("cut");
  }

  @Test
  void isNoGoodWithoutUsage() {
    feed(TEXT, FINISH, "[DONE]");

    assertThat(reader.fault()).contains("no usage reported");
  }

  @Test
  void namesAnErrorInTheStreamByItsCode() {
    feed(TEXT, "{\"error\":{\"code\":\"up\\u001bstream\",\"message\":\"m\"}}");

    assertThat(reader.broken()).isTrue();
    assertThat(reader.fault()).contains("error in stream: up?stream");
  }

  @Test
  void callsWhatIsNotJsonMalformed() {
    reader.read("{");

    assertThat(reader.fault()).contains("malformed chunk");
  }

  private void feed(String... events) {
    for (String event : events) {
      reader.read(event);
    }
  }
}
