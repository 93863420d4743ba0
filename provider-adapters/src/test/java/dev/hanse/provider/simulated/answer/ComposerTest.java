package dev.hanse.provider.simulated.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComposerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void saysTheSameToTheSameQuestionAndSomethingElseToAnother() throws Exception {
    String once = text(ask("{'messages':[{'role':'user','content':'hello'}]}"), 0);
    String again = text(ask("{'messages':[{'role':'user','content':'hello'}]}"), 0);
    String other = text(ask("{'messages':[{'role':'user','content':'hallo'}]}"), 0);
    String seeded = text(ask("{'seed':4,'messages':[{'role':'user','content':'hello'}]}"), 0);

    assertThat(again).isEqualTo(once).startsWith("[simulated] ").endsWith(".");
    assertThat(other).isNotEqualTo(once);
    assertThat(seeded).isNotEqualTo(once);
  }

  @Test
  void countsFourBytesOfTheAnswerAsAToken() throws Exception {
    Answer answer = compose("{'messages':[{'role':'user','content':'hello'}]}");

    assertThat(answer.tokenCount())
        .isEqualTo(SimulatedTokenizer.count(whole(answer)))
        .isGreaterThan(20);
    assertThat(answer.finishReason()).isEqualTo("stop");
  }

  @Test
  void stopsForLengthAtMaxTokens() throws Exception {
    Answer answer = compose("{'max_tokens':5,'messages':[{'role':'user','content':'hello'}]}");

    assertThat(answer.tokenCount()).isEqualTo(5);
    assertThat(whole(answer)).hasSize(20);
    assertThat(answer.finishReason()).isEqualTo("length");
  }

  @Test
  void prefersMaxCompletionTokens() throws Exception {
    Answer answer =
        compose(
            "{'max_tokens':5,'max_completion_tokens':7,"
                + "'messages':[{'role':'user','content':'hello'}]}");

    assertThat(answer.tokenCount()).isEqualTo(7);
  }

  @Test
  void producesExactlyMaxTokensWhenToldToIgnoreTheEnd() throws Exception {
    Answer answer =
        compose(
            "{'max_tokens':2000,'ignore_eos':true,"
                + "'messages':[{'role':'user','content':'hello'}]}");

    assertThat(answer.tokenCount()).isEqualTo(2000);
    assertThat(answer.finishReason()).isEqualTo("length");
  }

  @Test
  void endsBeforeAStopStringAndCountsTheTokensThatCompletedIt() throws Exception {
    String messages = "'messages':[{'role':'user','content':'hello'}]";
    String whole = whole(compose("{" + messages + "}"));
    String stop = whole.substring(17, 22);

    Answer answer = compose("{'stop':['never seen','" + stop + "']," + messages + "}");

    assertThat(whole(answer)).isEqualTo(whole.substring(0, whole.indexOf(stop)));
    assertThat(answer.tokenCount()).isEqualTo(Math.ceilDiv(whole.indexOf(stop) + 5, 4));
    assertThat(answer.finishReason()).isEqualTo("stop");
  }

  @Test
  void stopsForAStopStringThatIsCompleteWithTheVeryLastToken() throws Exception {
    String messages = "'messages':[{'role':'user','content':'hello'}]";
    String stop = whole(compose("{" + messages + "}")).substring(16, 20);

    Answer answer = compose("{'max_tokens':5,'stop':'" + stop + "'," + messages + "}");

    assertThat(answer.tokenCount()).isEqualTo(5);
    assertThat(answer.finishReason()).isEqualTo("stop");
  }

  @Test
  void isLongerThanMinTokensUnlessLimited() throws Exception {
    Answer answer = compose("{'min_tokens':900,'messages':[{'role':'user','content':'hello'}]}");

    assertThat(answer.tokenCount()).isEqualTo(900);
  }

  @Test
  void goesOnFromItsOwnPartialAnswerAsIfItHadNotStopped() throws Exception {
    String question = "{'role':'user','content':'hello'}";
    String whole = whole(compose("{'messages':[" + question + "]}"));
    String begun = whole.substring(0, 40);

    Answer rest =
        compose(
            "{'continue_final_message':true,'messages':["
                + question
                + ",{'role':'assistant','content':'"
                + begun
                + "'}]}");

    assertThat(begun + whole(rest)).isEqualTo(whole);
  }

  @Test
  void hasNothingVisibleToAddToItsOwnCompleteAnswer() throws Exception {
    String question = "{'role':'user','content':'hello'}";
    String whole = whole(compose("{'messages':[" + question + "]}"));

    Answer rest =
        compose(
            "{'continue_final_message':true,'messages':["
                + question
                + ",{'role':'assistant','content':'"
                + whole
                + "'}]}");

    assertThat(whole(rest)).isEmpty();
    assertThat(rest.tokenCount()).isEqualTo(1);
    assertThat(rest.finishReason()).isEqualTo("stop");
  }

  @Test
  void answersEveryChoiceDifferently() throws Exception {
    Question question = ask("{'n':3,'messages':[{'role':'user','content':'hello'}]}");

    assertThat(List.of(text(question, 0), text(question, 1), text(question, 2)))
        .doesNotHaveDuplicates();
  }

  @Test
  void sharesABlockPrefixWithTheNextTurnOfTheConversation() throws Exception {
    Question first = ask("{'messages':[{'role':'user','content':'tell me all of it'}]}");
    Answer answer = Composer.compose(first, 0);
    Question second =
        ask(
            "{'messages':[{'role':'user','content':'tell me all of it'},{'role':'assistant',"
                + "'content':'"
                + whole(answer)
                + "'},{'role':'user','content':'and then?'}]}");

    long[] before = answer.blockHashes(first.prompts().getFirst().tokens(), 4, first.salt());
    long[] after = second.prompts().getFirst().tokens().blockHashes(4, second.salt());

    assertThat(after).startsWith(before);
  }

  private static Question ask(String json) throws Exception {
    JsonNode body = JSON.readTree(json.replace('\'', '"'));
    return new QuestionReader(8192, "m", 0).chat(body);
  }

  private static Answer compose(String json) throws Exception {
    return Composer.compose(ask(json), 0);
  }

  private static String text(Question question, int choice) {
    return whole(Composer.compose(question, choice));
  }

  private static String whole(Answer answer) {
    return String.join("", answer.texts(0, answer.tokenCount()));
  }
}
