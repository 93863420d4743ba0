package dev.hanse.provider.simulated.answer;

import dev.hanse.provider.simulated.batching.PrefixHashes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Makes up answers. The same question has the same answer on every engine with the same seed and
 * model, whatever its profile; a partial answer that began that way is continued, not restarted.
 */
public final class Composer {
  private Composer() {}

  /**
   * The answer to one choice.
   *
   * @param choice counts the choices of the first prompt, then those of the second, and so on
   */
  public static Answer compose(Question question, int choice) {
    Prompt prompt = question.prompts().get(choice / question.choices());
    int alternative = choice % question.choices();
    long key = alternative == 0 ? prompt.key() : PrefixHashes.mix(prompt.key() + alternative);
    return switch (question.form()) {
      case Form.Text() -> prose(question, prompt.begun(), key);
      case Form.Json(var schema) -> text(question, SchemaSample.of(schema, key).toString(), false);
      case Form.Calls(var tools) -> calls(question, tools, key);
    };
  }

  private static Answer prose(Question question, String begun, long key) {
    int begunTokens = SimulatedTokenizer.count(begun);
    boolean ends = !question.ignoreEos();
    int tokens =
        ends
            ? Math.max(Prose.naturalTokens(key), question.minTokens() + begunTokens)
            : question.maxTokens() + begunTokens;
    String whole = Prose.text(key, tokens, ends);
    if (whole.startsWith(begun)) {
      return text(question, whole.substring(begun.length()), !ends);
    }
    // The beginning is somebody else's: go on from it with words of one's own.
    long ownKey = PrefixHashes.mix(key ^ begun.hashCode());
    return text(question, Prose.words(ownKey, Math.max(1, tokens - begunTokens)), !ends);
  }

  private static Answer text(Question question, String text, boolean endless) {
    byte[] utf8 = SimulatedTokenizer.utf8(text);
    if (utf8.length == 0) {
      // Nothing is left to say: what is sampled is the end itself, which nobody sees.
      return new Answer(List.of(new Answer.Text(new byte[1], 0)), 1, "stop");
    }
    int tokens = SimulatedTokenizer.count(utf8.length);
    int limit = Math.min(tokens, question.maxTokens());
    Stop stop = firstStop(question, text);
    if (stop.endTokens() <= limit) {
      return new Answer(
          List.of(new Answer.Text(utf8, stop.visibleBytes())), stop.endTokens(), "stop");
    }
    String reason = endless || limit < tokens ? "length" : "stop";
    return new Answer(List.of(new Answer.Text(utf8, utf8.length)), limit, reason);
  }

  /**
   * Where a stop string ends an answer.
   *
   * @param visibleBytes what comes before it
   * @param endTokens how many tokens were sampled when it was complete
   */
  private record Stop(int visibleBytes, int endTokens) {}

  private static Stop firstStop(Question question, String text) {
    Stop first = new Stop(0, Integer.MAX_VALUE);
    for (String stop : question.stop()) {
      for (int at = text.indexOf(stop); at >= 0; at = text.indexOf(stop, at + 1)) {
        int visible = SimulatedTokenizer.utf8(text.substring(0, at)).length;
        int end = SimulatedTokenizer.count(visible + SimulatedTokenizer.utf8(stop).length);
        if (end < question.minTokens()) {
          continue;
        }
        if (end < first.endTokens()) {
          first = new Stop(visible, end);
        }
        break;
      }
    }
    return first;
  }

  private static Answer calls(Question question, List<Form.Tool> tools, long key) {
    List<Answer.Part> parts = new ArrayList<>();
    int tokens = 0;
    for (int i = 0; i < tools.size(); i++) {
      Form.Tool tool = tools.get(i);
      long callKey = PrefixHashes.mix(key + i + 1);
      String json = SchemaSample.of(tool.parameters(), callKey).toString();
      String id = "call_" + HexFormat.of().toHexDigits(callKey);
      Answer.Call call = new Answer.Call(i, id, tool.name(), json);
      parts.add(call);
      tokens += call.tokens();
    }
    boolean cut = tokens > question.maxTokens();
    return new Answer(parts, cut ? question.maxTokens() : tokens, cut ? "length" : "tool_calls");
  }
}
