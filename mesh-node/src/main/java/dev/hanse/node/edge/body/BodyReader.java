package dev.hanse.node.edge.body;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hanse.api.ModelId;
import dev.hanse.api.Operation;
import dev.hanse.node.routing.PlacementRequest;
import dev.hanse.node.routing.PrefixChains;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads a client's body: one streaming pass that checks types, takes what placement needs and feeds
 * the prefix chain. What it does not know it does not touch.
 *
 * <p>Threads: any; a reader holds no state of a request.
 */
public final class BodyReader {
  /** A limit named twice would leave one of the two unkept. */
  private static final ObjectMapper TREES =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  /**
   * Fields the mesh acts on. Sent twice, the mesh and the engine might each believe another one, so
   * they are refused.
   */
  private static final Set<String> READ_ONCE =
      Set.of(
          "model",
          "stream",
          "stream_options",
          "max_tokens",
          "max_completion_tokens",
          "n",
          "best_of",
          "messages",
          "tools",
          "functions",
          "prompt",
          "input",
          "prompt_cache_key",
          "hanse",
          "provider");

  private final BodyLimits limits;
  private final JsonFactory json;

  public BodyReader(BodyLimits limits) {
    this.limits = limits;
    this.json =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(limits.maxNesting())
                    .maxStringLength(limits.maxStringChars())
                    .maxNameLength(1024)
                    .maxNumberLength(64)
                    .maxTokenCount(limits.maxValues())
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();
  }

  /**
   * Reads a body.
   *
   * @param tenantSalt keeps one tenant's prefixes apart from another's
   * @param headers the request's, by lower-case name, for the {@code x-hanse-…} among them
   */
  public BodyReading read(
      Operation operation, byte[] body, String tenantSalt, Map<String, String> headers) {
    try {
      StrictUtf8.check(body);
      Pass pass = new Pass(operation);
      pass.constraints.headers(headers);
      try (JsonParser parser = json.createParser(body)) {
        pass.read(parser);
      }
      return new BodyReading.Accepted(pass.finish(body, tenantSalt));
    } catch (BodyRejected e) {
      return new BodyReading.Rejected(e.fault());
    } catch (StreamConstraintsException _) {
      return new BodyReading.Rejected(tooComplex());
    } catch (JsonProcessingException e) {
      var where = e.getLocation();
      String place = where == null ? "" : " near byte " + where.getByteOffset();
      return new BodyReading.Rejected(
          BodyFault.notJson("it breaks off or is malformed" + place + "."));
    } catch (IOException e) {
      throw new IllegalStateException("reading an array failed", e);
    }
  }

  private BodyFault tooComplex() {
    return new BodyFault(
        "json_too_complex",
        "The request body passes a limit: "
            + limits.maxNesting()
            + " levels of nesting, "
            + limits.maxStringChars()
            + " characters in a string, 1024 in a name, 64 in a number, "
            + limits.maxValues()
            + " values in all.",
        "");
  }

  /** One body's reading. */
  private final class Pass {
    private final Operation operation;
    private final ConstraintsDraft constraints = new ConstraintsDraft();
    private final PromptReader prompt = new PromptReader();
    private final Set<String> seen = new HashSet<>();
    private Optional<ModelId> model = Optional.empty();
    private boolean stream;
    private boolean includeUsage;
    private OptionalLong maxTokens = OptionalLong.empty();
    private OptionalLong maxCompletionTokens = OptionalLong.empty();
    private long choices = 1;
    private Optional<String> promptCacheKey = Optional.empty();

    /** The mesh's own fields, which the engine does not get. */
    private final Splice own = new Splice();

    private Pass(Operation operation) {
      this.operation = operation;
    }

    private void read(JsonParser parser) throws IOException, BodyRejected {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new BodyRejected(
            BodyFault.notJson("it is " + FieldShape.nameOf(parser.currentToken()) + "."));
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        if (READ_ONCE.contains(field) && !seen.add(field)) {
          throw new BodyRejected(BodyFault.wrongValue(field, "must not be sent twice."));
        }
        int from = (int) parser.currentTokenLocation().getByteOffset();
        var _ = parser.nextToken();
        switch (field) {
          case "hanse" -> {
            constraints.extension(TREES.readTree(parser));
            own.cut(from, (int) parser.currentLocation().getByteOffset());
          }
          case "provider" -> {
            constraints.provider(TREES.readTree(parser));
            own.cut(from, (int) parser.currentLocation().getByteOffset());
          }
          default -> field(field, parser);
        }
      }
      if (parser.nextToken() != null) {
        throw new BodyRejected(BodyFault.notJson("something follows it."));
      }
    }

    private void field(String field, JsonParser parser) throws IOException, BodyRejected {
      switch (field) {
        case "model" -> model = Optional.of(model(parser));
        case "stream" -> stream = bool(field, parser);
        case "stream_options" -> streamOptions(parser);
        case "max_tokens" ->
            maxTokens = integer(field, parser, minTokens(), limits.maxOutputTokens());
        case "max_completion_tokens" ->
            maxCompletionTokens = integer(field, parser, 1, limits.maxOutputTokens());
        case "n", "best_of" ->
            choices =
                Math.max(choices, integer(field, parser, 1, BodyLimits.MAX_CHOICES).orElse(1));
        case "prompt_cache_key" -> promptCacheKey = promptCacheKey(parser);
        default -> {
          switch (operation) {
            case CHAT -> chatField(field, parser);
            case COMPLETION -> promptField("prompt", field, parser);
            case EMBEDDING -> promptField("input", field, parser);
          }
        }
      }
    }

    private void chatField(String field, JsonParser parser) throws IOException, BodyRejected {
      switch (field) {
        case "messages" -> prompt.messages(parser);
        case "tools", "functions" -> prompt.tools(field, parser);
        default -> FieldShape.checkKnown(field, parser);
      }
    }

    private void promptField(String promptName, String field, JsonParser parser)
        throws IOException, BodyRejected {
      if (field.equals(promptName)) {
        prompt.prompt(field, parser);
      } else {
        FieldShape.checkKnown(field, parser);
      }
    }

    /** A completion may ask for none, to have its prompt's logprobs echoed. */
    private long minTokens() {
      return operation == Operation.COMPLETION ? 0 : 1;
    }

    private ModelId model(JsonParser parser) throws IOException, BodyRejected {
      if (parser.currentToken() != JsonToken.VALUE_STRING) {
        throw FieldShape.wrongType("model", FieldShape.STRING, parser.currentToken());
      }
      try {
        return new ModelId(parser.getText());
      } catch (IllegalArgumentException _) {
        throw new BodyRejected(
            BodyFault.wrongValue(
                "model", "must be 1 to 128 printable ASCII characters without spaces."));
      }
    }

    private void streamOptions(JsonParser parser) throws IOException, BodyRejected {
      if (parser.currentToken() == JsonToken.VALUE_NULL) {
        return;
      }
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw FieldShape.wrongType("stream_options", FieldShape.OBJECT, parser.currentToken());
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String option = parser.currentName();
        var _ = parser.nextToken();
        if (option.equals("include_usage")) {
          includeUsage = bool("stream_options.include_usage", parser);
        } else {
          var _ = parser.skipChildren();
        }
      }
    }

    private Optional<String> promptCacheKey(JsonParser parser) throws IOException, BodyRejected {
      if (parser.currentToken() == JsonToken.VALUE_NULL) {
        return Optional.empty();
      }
      if (parser.currentToken() != JsonToken.VALUE_STRING) {
        throw FieldShape.wrongType("prompt_cache_key", FieldShape.STRING, parser.currentToken());
      }
      if (parser.getTextLength() > 1024) {
        throw new BodyRejected(
            BodyFault.wrongValue("prompt_cache_key", "must have at most 1024 characters."));
      }
      return Optional.of(parser.getText()).filter(key -> !key.isEmpty());
    }

    private ClientBody finish(byte[] body, String tenantSalt) throws BodyRejected {
      ModelId asked = model.orElseThrow(() -> new BodyRejected(BodyFault.missing("model")));
      String promptField =
          switch (operation) {
            case CHAT -> "messages";
            case COMPLETION -> "prompt";
            case EMBEDDING -> "input";
          };
      if (!seen.contains(promptField)) {
        throw new BodyRejected(BodyFault.missing(promptField));
      }
      PrefixChains.Builder chain = PrefixChains.builder(tenantSalt, asked);
      prompt.feed(chain);
      return new ClientBody(
          own.outOf(body),
          stream && operation != Operation.EMBEDDING,
          includeUsage,
          new PlacementRequest(
              asked,
              operation,
              chain.build(promptCacheKey),
              prompt.tokens(),
              outputTokens(),
              constraints.finish()));
    }

    private long outputTokens() {
      if (operation == Operation.EMBEDDING) {
        return 0;
      }
      long each = maxCompletionTokens.orElse(maxTokens.orElse(limits.defaultOutputTokens()));
      return each * choices * prompt.prompts();
    }
  }

  private static boolean bool(String field, JsonParser parser) throws BodyRejected {
    JsonToken token = parser.currentToken();
    if (!token.isBoolean() && token != JsonToken.VALUE_NULL) {
      throw FieldShape.wrongType(field, FieldShape.BOOLEAN, token);
    }
    return token == JsonToken.VALUE_TRUE;
  }

  private static OptionalLong integer(String field, JsonParser parser, long min, long max)
      throws IOException, BodyRejected {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_NULL) {
      return OptionalLong.empty();
    }
    if (token != JsonToken.VALUE_NUMBER_INT) {
      throw FieldShape.wrongType(field, FieldShape.INTEGER, token);
    }
    boolean huge = parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER;
    boolean negative = parser.getText().startsWith("-");
    if (negative || (!huge && parser.getLongValue() < min)) {
      throw new BodyRejected(
          new BodyFault(
              "integer_below_min_value",
              "Invalid '" + field + "': must be at least " + min + ".",
              field));
    }
    if (huge || parser.getLongValue() > max) {
      throw new BodyRejected(
          new BodyFault(
              "integer_above_max_value",
              "Invalid '" + field + "': must be at most " + max + ".",
              field));
    }
    return OptionalLong.of(parser.getLongValue());
  }
}
