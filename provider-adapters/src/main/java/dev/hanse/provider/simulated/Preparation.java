package dev.hanse.provider.simulated;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.provider.EngineRequest;
import dev.hanse.provider.ProviderFailure;
import dev.hanse.provider.simulated.answer.Answer;
import dev.hanse.provider.simulated.answer.Composer;
import dev.hanse.provider.simulated.answer.Embedding;
import dev.hanse.provider.simulated.answer.EmbeddingQuestion;
import dev.hanse.provider.simulated.answer.Prompt;
import dev.hanse.provider.simulated.answer.Question;
import dev.hanse.provider.simulated.answer.QuestionReader;
import dev.hanse.provider.simulated.answer.RefusedRequest;
import dev.hanse.provider.simulated.batching.Work;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns requests into jobs: everything that can be computed beforehand. Pure but for the clock's
 * one reading, so it may run on any thread.
 */
record Preparation(SimulatedConfig config, InstantSource clock) {
  /** What came of it. */
  sealed interface Outcome {
    record Ready(Job job) implements Outcome {}

    record Refused(ProviderFailure failure) implements Outcome {}
  }

  Outcome prepare(EngineRequest request) {
    String model = request.model();
    int contextTokens = config.contextTokens(model);
    if (contextTokens == 0) {
      return new Outcome.Refused(Failures.unknownModel(model));
    }
    try {
      JsonNode json = Json.READER.readTree(request.body().getBytes());
      QuestionReader reader = new QuestionReader(contextTokens, model, config.seed());
      return new Outcome.Ready(
          switch (request.operation()) {
            case CHAT -> generation(request, reader.chat(json));
            case COMPLETION -> generation(request, reader.completion(json));
            case EMBEDDING ->
                embeddings(
                    model, EmbeddingQuestion.read(json, contextTokens, model, config.seed()));
          });
    } catch (RefusedRequest refusal) {
      return new Outcome.Refused(Failures.refused(refusal));
    } catch (JsonProcessingException e) {
      // The parser's own message may quote the body.
      JsonLocation at = e.getLocation();
      return new Outcome.Refused(
          Failures.notJson(
              "The body is not valid JSON"
                  + (at == null
                      ? "."
                      : ": line " + at.getLineNr() + ", column " + at.getColumnNr() + ".")));
    } catch (IOException e) {
      return new Outcome.Refused(Failures.notJson("The body is not valid JSON."));
    }
  }

  private Job generation(EngineRequest request, Question question) {
    List<Answer> answers = new ArrayList<>();
    List<Work> work = new ArrayList<>();
    for (Prompt prompt : question.prompts()) {
      for (int i = 0; i < question.choices(); i++) {
        Answer answer = Composer.compose(question, answers.size());
        answers.add(answer);
        work.add(
            Work.generate(
                prompt.tokens().size(),
                answer.tokenCount(),
                answer.blockHashes(
                    prompt.tokens(), config.limits().blockTokens(), question.salt())));
      }
    }
    AnswerJson json =
        new AnswerJson(
            question.chat(),
            (question.chat() ? "chatcmpl-" : "cmpl-") + request.requestId(),
            clock.instant().getEpochSecond(),
            request.model(),
            config.fingerprint(),
            question.includeUsage(),
            question.logprobs());
    return new Job.Generation(question, answers, work, json);
  }

  private Job embeddings(String model, EmbeddingQuestion question) {
    List<Embedding> vectors = new ArrayList<>();
    List<Work> work = new ArrayList<>();
    for (int i = 0; i < question.inputs().size(); i++) {
      vectors.add(question.embed(i));
    }
    // One encoder pass for all of them: engines pack short texts, and a queue place is a request's.
    work.add(
        Work.encode(
            Math.toIntExact(question.inputs().stream().mapToLong(tokens -> tokens.size()).sum())));
    return new Job.Embeddings(vectors, work, question.base64(), model, config.fingerprint());
  }
}
