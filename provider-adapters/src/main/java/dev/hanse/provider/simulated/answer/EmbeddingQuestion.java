package dev.hanse.provider.simulated.answer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.provider.simulated.batching.PrefixHashes;
import java.util.ArrayList;
import java.util.List;

/**
 * A request for embeddings, read and checked.
 *
 * @param inputs one or more texts
 * @param dimensions of each vector
 * @param base64 whether vectors are sent as Base64 rather than as numbers
 * @param model what distinguishes one model's vectors from another's
 */
public record EmbeddingQuestion(List<Tokens> inputs, int dimensions, boolean base64, long model) {
  private static final int MOST_INPUTS = 2048;
  private static final int MOST_DIMENSIONS = 4096;
  private static final int USUAL_DIMENSIONS = 384;

  public EmbeddingQuestion {
    inputs = List.copyOf(inputs);
  }

  /**
   * Reads the body of an embeddings request.
   *
   * @throws RefusedRequest naming the field at fault
   */
  public static EmbeddingQuestion read(JsonNode json, int contextTokens, String model, long seed) {
    if (!json.isObject()) {
      throw RefusedRequest.invalid("", "the body must be a JSON object");
    }
    Fields fields = new Fields(json);
    String encoding = fields.text("encoding_format", "float");
    if (!encoding.equals("float") && !encoding.equals("base64")) {
      throw RefusedRequest.invalid("encoding_format", "encoding_format must be float or base64");
    }
    Tokens name = new Tokens();
    SimulatedTokenizer.text(name, "model " + model);
    return new EmbeddingQuestion(
        inputs(fields, contextTokens),
        fields.integer("dimensions", 1, MOST_DIMENSIONS, USUAL_DIMENSIONS),
        encoding.equals("base64"),
        PrefixHashes.mix(name.hash(seed)));
  }

  /** The vector of input {@code index}. */
  public Embedding embed(int index) {
    return Embedding.of(inputs.get(index), dimensions, model);
  }

  private static List<Tokens> inputs(Fields fields, int contextTokens) {
    JsonNode input = fields.any("input");
    List<Tokens> inputs = new ArrayList<>();
    TextInput reader = new TextInput("input");
    if (input.isArray() && !input.isEmpty() && !input.path(0).isIntegralNumber()) {
      if (input.size() > MOST_INPUTS) {
        throw RefusedRequest.invalid(
            "input", "input may have at most " + MOST_INPUTS + " entries, got " + input.size());
      }
      input.forEach(node -> inputs.add(reader.read(node)));
    } else {
      inputs.add(reader.read(input));
    }
    for (Tokens tokens : inputs) {
      if (tokens.size() > contextTokens) {
        throw RefusedRequest.tooLong(
            "input",
            "This model's maximum context length is "
                + contextTokens
                + " tokens. However, an input has "
                + tokens.size()
                + ".");
      }
    }
    return inputs;
  }
}
