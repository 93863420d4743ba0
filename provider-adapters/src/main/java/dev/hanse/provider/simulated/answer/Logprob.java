package dev.hanse.provider.simulated.answer;

import java.util.ArrayList;
import java.util.List;

/**
 * How likely a token was: made up, like the token.
 *
 * @param token its text
 * @param logprob natural logarithm of its probability; 0 or below
 * @param top the likeliest tokens in its place, likeliest first
 */
public record Logprob(String token, double logprob, List<Logprob> top) {
  public Logprob {
    top = List.copyOf(top);
  }

  /** One for each text, from position {@code first} of an answer on. */
  public static List<Logprob> of(List<String> texts, int first, long key, int top) {
    List<Logprob> logprobs = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      Draw draw = new Draw(key + first + i);
      double own = -(draw.below(690) + 1) / 1000.0;
      List<Logprob> likeliest = new ArrayList<>();
      double logprob = own;
      for (int rank = 0; rank < top; rank++) {
        String token = rank == 0 ? texts.get(i) : Prose.words(draw.next(), 1);
        likeliest.add(new Logprob(token, logprob, List.of()));
        logprob -= 1 + draw.below(1000) / 1000.0;
      }
      logprobs.add(new Logprob(texts.get(i), own, likeliest));
    }
    return logprobs;
  }
}
