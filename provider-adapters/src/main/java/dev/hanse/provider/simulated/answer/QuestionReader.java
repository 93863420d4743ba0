package dev.hanse.provider.simulated.answer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hanse.provider.simulated.batching.PrefixHashes;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the body of a chat or text completion as a strict engine does: what it understands must be
 * well-formed, what it does not know is ignored.
 */
public final class QuestionReader {
  private static final int MOST_CHOICES = 16;
  private static final int MOST_PROMPTS = 32;
  private static final int MOST_STOPS = 16;
  private static final int MOST_CHAT_LOGPROBS = 20;
  private static final int MOST_TEXT_LOGPROBS = 5;

  private final int contextTokens;
  private final long salt;
  private final long seed;

  /**
   * A reader for one model.
   *
   * @param contextTokens the longest prompt and answer together
   * @param model its name; different models give different answers and share no KV cache
   * @param seed used where a request states none
   */
  public QuestionReader(int contextTokens, String model, long seed) {
    this.contextTokens = contextTokens;
    this.salt = hash(model);
    this.seed = seed;
  }

  /**
   * Reads a chat completion's body.
   *
   * @throws RefusedRequest naming the field at fault
   */
  public Question chat(JsonNode json) {
    Fields fields = body(json);
    List<Form.Tool> tools = ToolChoice.tools(fields);
    Prompt prompt = new ChatTemplate(fields).render(tools.isEmpty(), textSeed(fields));
    boolean logprobs = fields.flag("logprobs", false);
    int top = fields.integer("top_logprobs", 0, MOST_CHAT_LOGPROBS, 0);
    if (fields.has("top_logprobs") && !logprobs) {
      throw RefusedRequest.invalid("top_logprobs", "top_logprobs needs logprobs to be true");
    }
    return question(
        fields,
        true,
        List.of(prompt),
        logprobs ? top : -1,
        ToolChoice.form(fields, tools, prompt.key()));
  }

  /**
   * Reads a text completion's body.
   *
   * @throws RefusedRequest naming the field at fault
   */
  public Question completion(JsonNode json) {
    Fields fields = body(json);
    if (fields.flag("echo", false)) {
      throw RefusedRequest.invalid("echo", "echo is not supported by the simulated engine");
    }
    return question(
        fields,
        false,
        prompts(fields),
        fields.integer("logprobs", 0, MOST_TEXT_LOGPROBS, -1),
        new Form.Text());
  }

  private Question question(
      Fields fields, boolean chat, List<Prompt> prompts, int topLogprobs, Form form) {
    fields.checkNumber("temperature", 0, 2);
    fields.checkNumber("top_p", 0, 1);
    fields.checkNumber("presence_penalty", -2, 2);
    fields.checkNumber("frequency_penalty", -2, 2);
    fields.flag("stream", false);
    JsonNode streamOptions = fields.any("stream_options");
    if (fields.has("stream_options") && !streamOptions.isObject()) {
      throw Fields.wrongType("stream_options", "an object", streamOptions);
    }
    int longestPrompt = prompts.stream().mapToInt(prompt -> prompt.tokens().size()).max().orElse(0);
    int maxTokens = maxTokens(fields, chat, longestPrompt);
    String cacheSalt = fields.text("cache_salt", "");
    return new Question(
        chat,
        prompts,
        fields.integer("n", 1, MOST_CHOICES, 1),
        maxTokens,
        fields.integer("min_tokens", 0, maxTokens, 0),
        fields.flag("ignore_eos", false),
        fields.texts("stop", MOST_STOPS),
        fields.any64("seed", seed),
        cacheSalt.isEmpty() ? salt : PrefixHashes.mix(salt ^ hash(cacheSalt)),
        topLogprobs,
        new Fields(streamOptions).flag("include_usage", false),
        form);
  }

  private int maxTokens(Fields fields, boolean chat, int promptTokens) {
    String name =
        chat && fields.has("max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
    int asked = fields.integer(name, 1, Integer.MAX_VALUE, 0);
    long needed = (long) promptTokens + Math.max(1, asked);
    if (needed > contextTokens) {
      throw RefusedRequest.tooLong(
          chat ? "messages" : "prompt",
          "This model's maximum context length is "
              + contextTokens
              + " tokens. However, you requested "
              + needed
              + " tokens ("
              + promptTokens
              + " in the prompt, "
              + Math.max(1, asked)
              + " in the completion). Please reduce the length of either one.");
    }
    return asked > 0 ? asked : contextTokens - promptTokens;
  }

  private List<Prompt> prompts(Fields fields) {
    JsonNode prompt = fields.any("prompt");
    List<JsonNode> nodes = new ArrayList<>();
    if (prompt.isArray() && !prompt.isEmpty() && !prompt.path(0).isIntegralNumber()) {
      prompt.forEach(nodes::add);
    } else {
      nodes.add(prompt);
    }
    if (nodes.size() > MOST_PROMPTS) {
      throw RefusedRequest.invalid(
          "prompt", "prompt may have at most " + MOST_PROMPTS + " entries, got " + nodes.size());
    }
    List<Prompt> prompts = new ArrayList<>();
    for (JsonNode node : nodes) {
      Tokens tokens = new TextInput("prompt").read(node);
      prompts.add(new Prompt(tokens, tokens.hash(textSeed(fields)), ""));
    }
    return prompts;
  }

  private long textSeed(Fields fields) {
    return PrefixHashes.mix(salt ^ fields.any64("seed", seed));
  }

  private static Fields body(JsonNode json) {
    if (!json.isObject()) {
      throw RefusedRequest.invalid("", "the body must be a JSON object");
    }
    return new Fields(json);
  }

  private static long hash(String text) {
    Tokens tokens = new Tokens();
    tokens.add(0);
    SimulatedTokenizer.text(tokens, text);
    return tokens.hash(0);
  }
}
