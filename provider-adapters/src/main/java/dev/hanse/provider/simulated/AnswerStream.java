package dev.hanse.provider.simulated;

import dev.hanse.provider.Usage;
import dev.hanse.provider.simulated.answer.Answer;
import dev.hanse.provider.simulated.answer.Logprob;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Turns tokens the engine has produced into what a client reads. No clock, no thread. */
final class AnswerStream {
  private final Job.Generation job;
  private final int[] told;
  private final int[] characters;
  private final boolean[] opened;
  private final boolean[] finished;
  private int toldTokens;

  AnswerStream(Job.Generation job) {
    this.job = job;
    int choices = job.answers().size();
    told = new int[choices];
    characters = new int[choices];
    opened = new boolean[choices];
    finished = new boolean[choices];
  }

  int choices() {
    return told.length;
  }

  /** Tokens told so far, of all choices together. */
  int toldTokens() {
    return toldTokens;
  }

  /** Whether every choice has been finished. */
  boolean complete() {
    for (boolean one : finished) {
      if (!one) {
        return false;
      }
    }
    return true;
  }

  /**
   * Tells more of one choice.
   *
   * @param produced how many of its tokens exist
   * @param most how many more may be told
   */
  void tell(int choice, int produced, int most, Consumer<Buffer> chunks) {
    Answer answer = job.answers().get(choice);
    int from = told[choice];
    int to = Math.min(produced, from + most);
    if (to > from) {
      if (!opened[choice]) {
        opened[choice] = true;
        if (job.question().chat()) {
          chunks.accept(job.json().role(choice));
        }
      }
      told[choice] = to;
      toldTokens += to - from;
      answer.tell(from, to, new Chunks(choice, answer, chunks));
    }
    if (told[choice] == answer.tokenCount() && !finished[choice]) {
      finished[choice] = true;
      chunks.accept(job.json().finish(choice, answer.finishReason()));
    }
  }

  /** The whole answer at once, for a client that does not stream. */
  Buffer whole(Usage usage) {
    List<AnswerJson.Choice> choices = new ArrayList<>();
    for (int i = 0; i < told.length; i++) {
      Answer answer = job.answers().get(i);
      StringBuilder text = new StringBuilder();
      List<AnswerJson.ToolCall> calls = new ArrayList<>();
      answer.tell(
          0,
          answer.tokenCount(),
          new Answer.Sink() {
            @Override
            public void text(String piece, int firstToken, int endToken) {
              text.append(piece);
            }

            @Override
            public void callBegins(int index, String id, String name) {
              calls.add(new AnswerJson.ToolCall(index, id, name, ""));
            }

            @Override
            public void callArguments(int index, String piece) {
              AnswerJson.ToolCall call = calls.removeLast();
              calls.add(
                  new AnswerJson.ToolCall(index, call.id(), call.name(), call.arguments() + piece));
            }
          });
      choices.add(
          new AnswerJson.Choice(
              text.toString(),
              calls,
              logprobs(i, answer, 0, answer.tokenCount()),
              answer.finishReason()));
    }
    return job.json().whole(choices, usage);
  }

  private List<Logprob> logprobs(int choice, Answer answer, int from, int to) {
    if (!job.question().logprobs()) {
      return List.of();
    }
    long key = job.question().prompts().getFirst().key() + choice;
    return Logprob.of(answer.texts(from, to), from, key, job.question().topLogprobs());
  }

  private final class Chunks implements Answer.Sink {
    private final int choice;
    private final Answer answer;
    private final Consumer<Buffer> chunks;

    Chunks(int choice, Answer answer, Consumer<Buffer> chunks) {
      this.choice = choice;
      this.answer = answer;
      this.chunks = chunks;
    }

    @Override
    public void text(String text, int firstToken, int endToken) {
      List<Logprob> tokens = logprobs(choice, answer, firstToken, endToken);
      chunks.accept(job.json().text(choice, text, tokens, characters[choice]));
      characters[choice] += text.length();
    }

    @Override
    public void callBegins(int index, String id, String name) {
      chunks.accept(job.json().callBegins(choice, new AnswerJson.ToolCall(index, id, name, "")));
    }

    @Override
    public void callArguments(int index, String piece) {
      chunks.accept(job.json().callArguments(choice, index, piece));
    }
  }
}
