package dev.hanse.provider.simulated;

import dev.hanse.provider.simulated.answer.Answer;
import dev.hanse.provider.simulated.answer.Embedding;
import dev.hanse.provider.simulated.answer.Question;
import dev.hanse.provider.simulated.batching.Work;
import java.util.List;

/** A request made ready for the engine: the work it is, and what will come of it. */
sealed interface Job {
  /** What the engine has to do, one sequence for each. */
  List<Work> work();

  /** What the client pays for reading. */
  long promptTokens();

  /**
   * Text to be generated.
   *
   * @param answers one for each sequence
   */
  record Generation(Question question, List<Answer> answers, List<Work> work, AnswerJson json)
      implements Job {
    public Generation {
      answers = List.copyOf(answers);
      work = List.copyOf(work);
    }

    @Override
    public long promptTokens() {
      return question.prompts().stream().mapToLong(prompt -> prompt.tokens().size()).sum();
    }
  }

  /**
   * Texts to be embedded.
   *
   * @param vectors one for each sequence
   */
  record Embeddings(
      List<Embedding> vectors, List<Work> work, boolean base64, String model, String fingerprint)
      implements Job {
    public Embeddings {
      vectors = List.copyOf(vectors);
      work = List.copyOf(work);
    }

    @Override
    public long promptTokens() {
      return work.stream().mapToLong(Work::promptTokens).sum();
    }
  }
}
