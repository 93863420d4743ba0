package dev.hanse.provider.simulated.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hanse.seeds.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class AnswerPropertyTest {
  @Seeds
  void tellingPieceByPieceAddsUpToTellingTheWhole(long seed) {
    Random random = new Random(seed);
    List<Answer.Part> parts = new ArrayList<>();
    int tokens = 0;
    if (random.nextBoolean()) {
      byte[] utf8 = SimulatedTokenizer.utf8(text(random));
      Answer.Text part = new Answer.Text(utf8, utf8.length);
      parts.add(part);
      tokens += part.tokens();
    }
    for (int i = 0; i < 1 + random.nextInt(2); i++) {
      Answer.Call part = new Answer.Call(i, "call_" + i, "tool_" + i, text(random));
      parts.add(part);
      tokens += part.tokens();
    }
    Answer answer = new Answer(parts, tokens, "stop");

    StringBuilder pieces = new StringBuilder();
    for (int from = 0; from < tokens; ) {
      int to = Math.min(tokens, from + 1 + random.nextInt(5));
      answer.tell(from, to, transcript(pieces));
      from = to;
    }

    StringBuilder whole = new StringBuilder();
    answer.tell(0, tokens, transcript(whole));
    assertThat(pieces.toString()).isEqualTo(whole.toString()).doesNotContain("\uFFFD");
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder("x");
    String[] alphabet = {"a", "ø", "語", "🜁", " "};
    for (int i = random.nextInt(40); i > 0; i--) {
      text.append(alphabet[random.nextInt(alphabet.length)]);
    }
    return text.toString();
  }

  private static Answer.Sink transcript(StringBuilder out) {
    return new Answer.Sink() {
      @Override
      public void text(String text, int firstToken, int endToken) {
        out.append(text);
      }

      @Override
      public void callBegins(int index, String id, String name) {
        out.append("\n[").append(index).append(' ').append(id).append(' ').append(name);
        out.append("] ");
      }

      @Override
      public void callArguments(int index, String piece) {
        out.append(piece);
      }
    };
  }
}
