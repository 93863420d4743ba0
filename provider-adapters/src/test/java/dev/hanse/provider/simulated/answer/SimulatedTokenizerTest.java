package dev.hanse.provider.simulated.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class SimulatedTokenizerTest {
  @Test
  void countsFourUtf8BytesAsOneTokenRoundedUp() {
    assertThat(SimulatedTokenizer.count("")).isZero();
    assertThat(SimulatedTokenizer.count("abcd")).isEqualTo(1);
    assertThat(SimulatedTokenizer.count("abcde")).isEqualTo(2);
    assertThat(SimulatedTokenizer.count("語語")).isEqualTo(2);
  }

  @Test
  void countsARoleTokenForEachMessageAndOneForTheAnswer() throws Exception {
    Question question =
        new QuestionReader(100, "m", 0)
            .chat(
                new ObjectMapper()
                    .readTree(
                        """
                        {"messages":[{"role":"system","content":"be brief"},
                         {"role":"user","content":[{"type":"text","text":"hel"},
                          {"type":"text","text":"lo"}]}]}\
                        """));

    assertThat(question.prompts().getFirst().tokens().size()).isEqualTo(1 + 2 + 1 + 2 + 1);
  }

  @Test
  void countsWhatAPlainMessageHasBeyondItsContent() throws Exception {
    Question question =
        new QuestionReader(100, "m", 0)
            .chat(
                new ObjectMapper()
                    .readTree("{\"messages\":[{\"role\":\"user\",\"content\":\"12345678\"}]}"));

    assertThat(question.prompts().getFirst().tokens().size())
        .isEqualTo(SimulatedTokenizer.SINGLE_MESSAGE_OVERHEAD + 2);
  }
}
